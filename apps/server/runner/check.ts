/** The functions of a file's `when` triggers as a browser task of its own, which opens the page first. */
import { type BrowserDefinition, browser, type Definition } from "../../sdk/definition.ts";
import type { PageCheck } from "../../sdk/triggers.ts";

/** Its input says which of them, by the function's own text, and for which address. */
export function checkTask(definition: Definition): BrowserDefinition {
  const checks = (definition.triggers ?? []).flatMap((trigger) =>
    "when" in trigger && "check" in trigger.when ? [trigger.when.check] : [],
  );
  const { plugins, render, robots, block, allowHosts, proxy } = definition.kind === "browser" ? definition : {};
  const options = { plugins, render, robots, block, allowHosts, proxy };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return browser({
    ...given,
    run(context) {
      const looking = context as unknown as Looking;
      const check = checks.find((each) => String(each) === looking.input.check);
      return check ? look(looking, check) : { problem: "the task file has no such check any more" };
    },
  });
}

type Looking = Parameters<PageCheck>[0] & { readonly input: { readonly url: string; readonly check: string } };

async function look({ input, ...context }: Looking, check: PageCheck): Promise<object> {
  // Named only by a check that works on a page.
  const response = await (context.page as Looking["page"] | undefined)?.goto(input.url);
  if (response && response.status() >= 400) return { problem: `${input.url} answered ${response.status()}` };
  const value: unknown = await check({ ...context, url: input.url });
  return value === undefined ? { problem: "the check returned nothing" } : { value };
}
