/** The links of a page as it stands: also those inside open shadow roots and frames, which a document's HTML does not have. */
import type { Frame, Page } from "playwright-core";
import type { LinkOptions } from "../../../sdk/context.ts";
import { linkFilter } from "../document/link-filter.ts";
import { linkTarget, neighbourTarget, shownBy } from "../document/link-targets.ts";
import { resolveLinks } from "../document/links.ts";
import type { Tag } from "../document/tree.ts";

/** As `links` of a document gives them; scopes are those of the page, wherever a frame comes from. */
export async function pageLinks(page: Page, options: LinkOptions): Promise<string[]> {
  const found = await Promise.all(page.frames().map((frame) => linksOf(frame)));
  const links = new Map(found.flat().map((link) => [link.href, link]));
  return [...links.values()].filter(linkFilter(page.url(), options)).map((link) => link.href);
}

const NOTHING = { tags: [], base: null, charset: null };

/** A frame that is on its way elsewhere has none. */
async function linksOf(frame: Frame): Promise<ReturnType<typeof resolveLinks>> {
  const { tags, base, charset } = await frame.evaluate(tagsInPage).catch(() => NOTHING);
  const targets = tags.flatMap((tag) => linkTarget(tag) ?? shownBy(tag));
  const neighbours = tags.flatMap((tag) => neighbourTarget(tag) ?? []);
  return resolveLinks(
    [...targets, ...neighbours],
    base,
    /^https?:/.test(frame.url()) ? frame.url() : frame.page().url(),
    () => charset,
  );
}

/** Runs in the page: what may lead somewhere or show something. */
function tagsInPage(): { tags: Tag[]; base: string; charset: string } {
  const tags: Tag[] = [];
  const search = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches("a, area, iframe, frame, img, source, video, audio, track, embed, object, link[rel][href]")) {
        const attribs = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
        if (element instanceof SVGAElement) attribs.href = element.href.baseVal;
        tags.push({ name: element.localName, attribs });
      }
      if (element.shadowRoot) search(element.shadowRoot);
    }
  };
  search(document);
  return { tags, base: document.baseURI, charset: document.characterSet.toLowerCase() };
}
