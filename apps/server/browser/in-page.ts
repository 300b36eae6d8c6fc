/** Functions that run inside of a page, not here: they may use nothing but what they are given and the page's own globals. */

/** Resolves with true once nothing has changed for `quiet` ms, or with false after `limit` ms. */
export function quietDocument({ quiet, limit }: { quiet: number; limit: number }): Promise<boolean> {
  if (document.scripts.length === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (rested: boolean): void => {
      observer.disconnect();
      clearTimeout(timer);
      clearTimeout(end);
      resolve(rested);
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

/** The page as it stands now, with open shadow roots written out as declarative ones. */
export function serializeDocument(): string {
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
}
