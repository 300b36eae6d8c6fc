/** `show`: one run, with its task runs and what went wrong. */
import type { Command } from "commander";
import type { InferResponseType } from "hono/client";
import type { Api } from "../api.ts";
import { findRun } from "../find-run.ts";
import { countsText, duration, harmless, printJson, printLine, printTable, shortId, shortTime } from "../output.ts";
import { server } from "../server.ts";
import { diffText } from "./changes.ts";

interface Served {
  readonly pattern: string;
  readonly tier: "http" | "browser";
  readonly why: string;
  readonly pages: number;
}

type Stopped = Pick<InferResponseType<Api["client"]["api"]["runs"][":id"]["$get"], 200>, "id" | "notStarted">;

const SHOWN_KINDS = 20;

export function addShow(program: Command): void {
  program
    .command("show")
    .description("tell about one run")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--manifest", "print everything about it as one JSON document")
    .option("--json", "print JSON")
    .action(async (text: string, options: { manifest?: boolean; json?: boolean }) => {
      const api = await server();
      const param = { id: await findRun(api, text) };
      const runs = api.client.api.runs[":id"];
      if (options.manifest) return printJson(await (await runs.manifest.$get({ param })).json());
      const run = await (await runs.$get({ param })).json();
      if (options.json) return printJson(run);
      printLine(`run      ${run.id}`);
      printLine(`name     ${run.name}`);
      printLine(`state    ${run.state} (${run.reason})`);
      printLine(`trigger  ${run.trigger.kind}`);
      if (run.causedBy !== null) printLine(`started by  ${linkText(run.causedBy)}`);
      for (const started of run.started) printLine(`started  ${linkText(started)}`);
      printLine(
        `created  ${shortTime(run.createdAt)}, took ${duration(run.startedAt, run.finishedAt) || "no time yet"}`,
      );
      printLine(`input    ${harmless(JSON.stringify(run.input))}`);
      if (run.summary !== null) printLine(`summary  ${harmless(run.summary)}`);
      printLine(
        `tasks    ${countsText(run.counts)}${run.tolerated === 0 ? "" : ` (${run.tolerated} failures are tolerated)`}`,
      );
      const { diff } = await (await runs.changes.$get({ param, query: { limit: "1" } })).json();
      if (diff !== null) printLine(`changes  ${diffText(diff)}`);
      await printNotStarted(api, run);
      const pages = await (await runs.pages.$get({ param })).json();
      printPages(pages.items);
      printLine("");
      const page = await (await runs.tasks.$get({ param, query: { limit: "50" } })).json();
      const rows = page.items.map((task) => [
        shortId(task.id),
        task.task,
        task.key,
        task.reason === "completed" ? task.state : `${task.state} (${task.reason})`,
        task.attempt,
        duration(task.startedAt, task.finishedAt),
        task.error?.message ?? task.cannotStart ?? "",
      ]);
      printTable(["TASK RUN", "TASK", "KEY", "STATE", "ATTEMPT", "TOOK", "ERROR"], rows, "No task runs.");
      if (page.next !== null) printLine("… and more; --manifest tells all.");
    });
}

/** What was not started, by what stopped it, with the first address of each. */
async function printNotStarted(api: Api, { id, notStarted }: Stopped): Promise<void> {
  const list = api.client.api.runs[":id"]["not-started"].$get;
  for (const [reason, count] of Object.entries(notStarted)) {
    if (count === 0) continue;
    const query = { reason: reason as keyof Stopped["notStarted"], limit: "1" };
    const { items } = await (await list({ param: { id }, query })).json();
    const [first] = items;
    const such = first === undefined ? "" : `: ${first.detail ?? "such as"} ${first.key}`;
    printLine(`stopped  ${count} not started by ${reason.replaceAll("_", " ")}${harmless(such)}`);
  }
}

/** Which tier served its pages, and why, where it has any. */
function printPages(kinds: readonly Served[]): void {
  if (kinds.length === 0) return;
  const count = (tier: Served["tier"]) => kinds.reduce((sum, kind) => sum + (kind.tier === tier ? kind.pages : 0), 0);
  printLine(`pages    ${count("http")} over HTTP, ${count("browser")} in Chromium\n`);
  const rows = kinds
    .slice(0, SHOWN_KINDS)
    .map(({ pages, tier, why, pattern }) => [pages, tier, why.replaceAll("_", " "), pattern]);
  printTable(["PAGES", "TIER", "WHY", "LIKE"], rows, "");
}

function linkText({ id, name, state }: { readonly id: string; readonly name: string; readonly state: string }): string {
  return `${name} ${shortId(id)} (${state})`;
}
