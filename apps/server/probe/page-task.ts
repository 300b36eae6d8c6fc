/** The browser task that looks at a page for a condition. It runs in a runner like any other, but leaves no run. */
import { browser, type Document, z } from "../../sdk/index.ts";

const input = z.object({
  url: z.string(),
  selector: z.string(),
  fact: z.object({ of: z.enum(["exists", "text", "number", "contains"]), text: z.string().default("") }),
});

export default browser({
  input,
  async run({ input, visit }) {
    const { selector, fact } = input;
    const page = await visit(input.url);
    // What a script puts on the page is not in what came over HTTP.
    const complete = page.tier === "http" && page.select(selector).length === 0 && page.status < 400;
    return look(complete ? await visit(input.url, { render: "always" }) : page, selector, fact);
  },
});

function look(page: Document, selector: string, fact: z.infer<typeof input>["fact"]): object {
  if (page.status >= 400) return { problem: `${page.url} answered ${page.status}` };
  const found = page.select(selector);
  if (fact.of === "exists") return { value: found.length > 0 };
  const [first] = found;
  if (first === undefined) return { problem: `no element of ${page.url} matches ${selector}` };
  const text = first.text.trim();
  if (fact.of === "text") return { value: text };
  if (fact.of === "contains") return { value: found.some((element) => element.text.includes(fact.text)) };
  const number = numberIn(text);
  return number === null ? { problem: `${JSON.stringify(text.slice(0, 80))} holds no number` } : { value: number };
}

/** `£1,234.50 each` → 1234.5 */
function numberIn(text: string): number | null {
  const match = /-?\d[\d,\u00a0\u202f' ]*(?:\.\d+)?/.exec(text);
  return match ? Number(match[0].replaceAll(/[^\d.-]/g, "")) : null;
}
