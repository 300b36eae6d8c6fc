/** Finds elements by the selectors of a recorded flow: CSS, `aria/`, `text/`, `xpath/` and `pierce/`, alone or one inside the other. */
import type { Frame, Locator } from "playwright-core";

export type RecordedSelector = string | readonly string[];

type Base = Frame | Locator;
type Role = Parameters<Frame["getByRole"]>[0];

/** Roles of what people work with, for `aria/` selectors that give a name only. */
const ROLES =
  "button link textbox searchbox checkbox radio combobox listbox option menuitem menuitemcheckbox menuitemradio tab tabpanel switch slider spinbutton heading img row cell gridcell columnheader rowheader treeitem dialog alertdialog listitem article region group form navigation figure progressbar table".split(
    " ",
  ) as Role[];

/** Elements that one alternative stands for. */
export function locate(frame: Frame, selector: RecordedSelector): Locator {
  const [first = "", ...rest] = typeof selector === "string" ? [selector] : selector;
  return rest.reduce((found, part) => locatePart(found, part, false), locatePart(frame, first, true));
}

/** As it is shown in messages. */
export function selectorText(selector: RecordedSelector): string {
  return typeof selector === "string" ? selector : selector.join(" >> ");
}

function locatePart(base: Base, part: string, isFirst: boolean): Locator {
  const [, kind = "", body = part] = /^(css|aria|text|xpath|pierce)\/([\s\S]*)$/.exec(part) ?? [];
  switch (kind) {
    case "aria":
      return byAria(base, body);
    case "text":
      return base.getByText(new RegExp(escaped(body)));
    case "xpath":
      return base.locator(`xpath=${body}`);
    case "pierce":
      return base.locator(`css=${body}`);
    default:
      // Only a part behind another one leads into shadow roots: into that of the element before.
      return base.locator(`${isFirst ? "css:light" : "css"}=${body}`);
  }
}

/** `Buy now[role="button"]`, the form that Puppeteer reads. */
function byAria(base: Base, body: string): Locator {
  const attributes = new Map<string, string>();
  const rest = body.replaceAll(
    /\[\s*(\w+)\s*=\s*(["'])((?:\\.|(?!\2).)*)\2\s*\]/g,
    (_, name: string, _quote, value) => {
      attributes.set(name, String(value));
      return "";
    },
  );
  const name = attributes.get("name") ?? rest.trim();
  const role = attributes.get("role");
  const options = name === "" ? {} : { name, exact: true };
  if (role !== undefined) return base.getByRole(role as Role, options);
  const named = base.locator(`css=[aria-label=${JSON.stringify(name)}]`);
  return ROLES.reduce((found, each) => found.or(base.getByRole(each, options)), named);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
