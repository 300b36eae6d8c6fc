/** Runs inside of a recorded page, not here: gives it functions that find selectors for an element. They may use the page's own globals only. */

/** Alternatives; a list leads from one element to one in its shadow root. */
export type Selectors = (string | string[])[];

/** Names under which a recorded page keeps what it is given. */
export interface PageNames {
  /** Tells what was done. */
  readonly tell: string;
  /** Selectors of an element. */
  readonly describe: string;
  readonly aria: string;
}

/** By role and name, as Chrome's Recorder writes it; only if no other element has both. */
export function describeByAria({ aria }: PageNames): void {
  const USED = "a[href],button,input,select,textarea,[role]";
  const ROLES: Record<string, string> = { A: "link", BUTTON: "button", SELECT: "combobox", TEXTAREA: "textbox" };
  const INPUTS: Record<string, string> = { checkbox: "checkbox", radio: "radio", button: "button", submit: "button" };
  const fold = (text: string | null | undefined): string => (text ?? "").replace(/\s+/g, " ").trim();
  const roleOf = (element: Element): string => {
    const given = element.getAttribute("role");
    if (given !== null) return given;
    if (!(element instanceof HTMLInputElement)) return ROLES[element.tagName] ?? "";
    return INPUTS[element.type] ?? (/^(text|email|tel|url)$/.test(element.type) ? "textbox" : "");
  };
  const nameOf = (element: Element): string => {
    const label = (element as HTMLInputElement).labels?.[0];
    const labelled = label && !label.contains(element) ? label.textContent : "";
    const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
    const own = isField ? element.getAttribute("placeholder") : element.textContent;
    return fold(element.getAttribute("aria-label")) || fold(labelled) || fold(own);
  };
  (globalThis as unknown as Record<string, unknown>)[aria] = (element: Element): string | null => {
    const [role, name] = [roleOf(element), nameOf(element)];
    if (role === "" || name === "" || name.length > 80 || /["\\[\]]/.test(name)) return null;
    const same = [...document.querySelectorAll(USED)].filter((one) => roleOf(one) === role && nameOf(one) === name);
    return same.length === 1 ? `aria/${name}[role="${role}"]` : null;
  };
}

export function describeElements({ describe, aria }: PageNames): void {
  const page = globalThis as unknown as Record<string, unknown>;
  const cssOf = (element: Element): string => {
    const root = element.getRootNode() as Document | ShadowRoot;
    const path: string[] = [];
    for (let at: Element | null = element; at; at = at.parentElement) {
      const [tag, name, test] = [at.localName, at.getAttribute("name"), at.getAttribute("data-testid")];
      const alone = [
        at.id === "" ? null : `#${CSS.escape(at.id)}`,
        test === null ? null : `[data-testid=${JSON.stringify(test)}]`,
        name === null ? null : `${tag}[name=${JSON.stringify(name)}]`,
      ].find((one) => one !== null && root.querySelectorAll(one).length === 1);
      if (alone) return [alone, ...path].join(" > ");
      const twins = [...(at.parentNode?.children ?? [])].filter((one) => one.localName === tag);
      path.unshift(twins.length > 1 ? `${tag}:nth-of-type(${twins.indexOf(at) + 1})` : tag);
    }
    return path.join(" > ");
  };
  page[describe] = (element: Element): Selectors => {
    const parts = [cssOf(element)];
    for (let root = element.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
      parts.unshift(cssOf(root.host));
    }
    const byAria = page[aria] as (element: Element) => string | null;
    const named = parts.length === 1 ? byAria(element) : null;
    return [...(named === null ? [] : [[named]]), parts];
  };
}
