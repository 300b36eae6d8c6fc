/** `changes`: what a run found to be new, changed or gone since the run before. */
import type { Command } from "commander";
import type { ChangeView, DiffView } from "../../server/http/presenters/change.ts";
import type { Api } from "../api.ts";
import { findRun } from "../find-run.ts";
import { harmless, printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

interface ChangesOptions {
  readonly kind?: ChangeView["kind"];
  readonly what?: ChangeView["what"];
  readonly json?: boolean;
}

export function addChanges(program: Command): void {
  program
    .command("changes")
    .description("list what a run found to be new, changed or gone since the run before")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--kind <kind>", "only what is new, changed or gone")
    .option("--what <what>", "only each page, or only each file")
    .option("--json", "print JSON")
    .action(async (text: string, { json, ...query }: ChangesOptions) => {
      const api = await server();
      const { diff, items } = await readAll(api, await findRun(api, text), query);
      if (json) return printJson({ items, next: null, diff });
      if (diff === null) return printLine("The run remembers nothing: its task has no option `recrawl`.");
      // Addresses are what one goes on with, so they are not cut as cells of a table would be.
      for (const { kind, what, url } of items) printLine(`${kind.padEnd(7)}  ${what}  ${harmless(url)}`);
      printLine(diffText(diff));
    });
}

/** `pages 3 new, 1 gone, 96 unchanged; files 2 unchanged` */
export function diffText(diff: DiffView): string {
  const part = (name: "pages" | "files"): string => {
    const counts = Object.entries(diff[name]).filter(([, number]) => number > 0);
    return `${name} ${counts.map(([kind, number]) => `${number} ${kind}`).join(", ") || "none"}`;
  };
  return `${part("pages")}; ${part("files")}${diff.complete ? "" : " (the crawl did not see everything, so what only the rest of it may lead to is not called gone)"}`;
}

async function readAll(
  { client }: Api,
  id: string,
  filter: Pick<ChangesOptions, "kind" | "what">,
): Promise<{ diff: DiffView | null; items: ChangeView[] }> {
  const items: ChangeView[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { ...filter, limit: "500", ...(cursor === undefined ? {} : { cursor }) };
    const page: { items: ChangeView[]; next: string | null; diff: DiffView | null } = await (
      await client.api.runs[":id"].changes.$get({ param: { id }, query })
    ).json();
    items.push(...page.items);
    if (page.next === null) return { diff: page.diff, items };
    cursor = page.next;
  }
}
