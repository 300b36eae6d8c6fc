/** Functions that run inside of a page, not here: they may use nothing but what they are given and the page's own globals. */

export interface Taken {
  readonly url: string;
  /** With open shadow roots written out as declarative ones. */
  readonly html: string;
  /** It is larger than was asked for, and `html` is empty. */
  readonly isTooLarge: boolean;
  /** Nothing had changed for as long as was asked. */
  readonly rested: boolean;
}

/** The page as it stands once nothing has changed for `quiet` ms, or else after `limit` ms; no more than `most` characters of it; at once if `quiet` is 0. */
export function takeDocument({
  quiet,
  limit,
  most,
}: {
  quiet: number;
  limit: number;
  most: number;
}): Taken | Promise<Taken> {
  const serialize = (): string => {
    const shadowRoots: ShadowRoot[] = [];
    const search = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll("*")) {
        if (!element.shadowRoot) continue;
        shadowRoots.push(element.shadowRoot);
        search(element.shadowRoot);
      }
    };
    search(document);
    const root = document.documentElement;
    if (!root) return "";
    if (shadowRoots.length === 0) return `<!DOCTYPE html>${root.outerHTML}`;
    const shell = root.cloneNode(false) as Element;
    const [open = "<html>"] = shell.outerHTML.split(/<\/html>$/);
    return `<!DOCTYPE html>${open}${root.getHTML({ shadowRoots })}</html>`;
  };
  const take = (rested: boolean): Taken => {
    const html = serialize();
    const isTooLarge = html.length > most;
    return { url: location.href, html: isTooLarge ? "" : html, isTooLarge, rested };
  };
  if (quiet === 0) return take(true);
  return new Promise((resolve) => {
    const finish = (rested: boolean): void => {
      observer.disconnect();
      clearTimeout(timer);
      clearTimeout(end);
      resolve(take(rested));
    };
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(finish, quiet, true);
    });
    let timer = setTimeout(finish, quiet, true);
    const end = setTimeout(finish, limit, false);
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  });
}
