/** The links of a page as it stands: also those inside open shadow roots and frames, which a document's HTML does not have. */
import type { Frame, Page } from "playwright-core";
import type { LinkOptions } from "../../sdk/context.ts";
import { linkFilter } from "./link-filter.ts";
import { type LinkTarget, resolveLinks } from "./links.ts";

/** As `links` of a document gives them; scopes are those of the page, wherever a frame comes from. */
export async function pageLinks(page: Page, options: LinkOptions): Promise<string[]> {
  const found = await Promise.all(page.frames().map((frame) => linksOf(frame)));
  const links = new Map(found.flat().map((link) => [link.href, link]));
  return [...links.values()].filter(linkFilter(page.url(), options)).map((link) => link.href);
}

/** A frame that is on its way elsewhere has none. */
async function linksOf(frame: Frame): Promise<ReturnType<typeof resolveLinks>> {
  const targets = await frame.evaluate(targetsInPage).catch(() => []);
  return resolveLinks(targets, null, /^https?:/.test(frame.url()) ? frame.url() : frame.page().url());
}

/** Runs in the page, whose own `<base>` has made addresses whole there. */
function targetsInPage(): LinkTarget[] {
  const targets: LinkTarget[] = [];
  const search = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll("*")) {
      if (element instanceof HTMLAnchorElement || element instanceof HTMLAreaElement) {
        if (element.href !== "") targets.push({ address: element.href, download: element.getAttribute("download") });
      } else if (element instanceof SVGAElement)
        targets.push({ address: new URL(element.href.baseVal, element.baseURI).href, download: null });
      else if (element instanceof HTMLIFrameElement || element instanceof HTMLFrameElement) {
        if (element.src !== "") targets.push({ address: element.src, download: null });
      }
      if (element.shadowRoot) search(element.shadowRoot);
    }
  };
  search(document);
  return targets;
}
