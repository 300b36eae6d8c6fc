/** The forms of a page and what they would send. */
import type { Form } from "../../../sdk/context.ts";
import { rawText, visibleText } from "./text.ts";
import { type Element, isDead, type Tree, walk } from "./tree.ts";

type Field = Form["fields"][number];

const FIELDS = new Set(["input", "select", "textarea", "button"]);

/** Forms in order; a field outside of its form belongs to it by its `form` attribute. */
export function collectForms(tree: Tree, pageUrl: string, base: URL): readonly Form[] {
  const forms: { element: Element; fields: Field[] }[] = [];
  const fields: { element: Element; within: Element | null }[] = [];
  const open: Element[] = [];
  walk(tree, {
    enter(element) {
      if (element.name === "form") {
        forms.push({ element, fields: [] });
        open.push(element);
      } else if (FIELDS.has(element.name)) {
        fields.push({ element, within: open.at(-1) ?? null });
      }
      return !isDead(element);
    },
    leave(element) {
      if (open.at(-1) === element) open.pop();
    },
  });
  for (const { element, within } of fields) {
    const owner = element.attribs.form;
    const form = forms.find((candidate) =>
      owner === undefined ? candidate.element === within : candidate.element.attribs.id === owner,
    );
    if (element.attribs.name) form?.fields.push(readField(element, element.attribs.name));
  }
  return forms.map(({ element, fields: own }) => ({
    action: URL.parse(element.attribs.action?.trim() || pageUrl, base)?.href ?? pageUrl,
    method: (element.attribs.method ?? "get").toLowerCase(),
    fields: own,
  }));
}

function readField(element: Element, name: string): Field {
  switch (element.name) {
    case "input":
      return { name, type: (element.attribs.type ?? "text").toLowerCase(), value: element.attribs.value ?? "" };
    case "select":
      return { name, type: "select", value: selected(element) };
    case "textarea":
      return { name, type: "textarea", value: rawText(element) };
    default:
      return { name, type: (element.attribs.type ?? "submit").toLowerCase(), value: element.attribs.value ?? "" };
  }
}

/** The value of the chosen option, or of the first, as a browser preselects it. */
function selected(select: Element): string {
  const options: Element[] = [];
  walk(select, {
    enter(element) {
      if (element.name === "option") options.push(element);
      return true;
    },
  });
  const chosen = options.find((option) => option.attribs.selected !== undefined) ?? options[0];
  return chosen ? (chosen.attribs.value ?? visibleText(chosen)) : "";
}
