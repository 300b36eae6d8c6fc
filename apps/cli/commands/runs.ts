/** `runs`: the history, newest first. */
import type { Command } from "commander";
import { countsText, duration, printJson, printLine, printTable, shortId, shortTime } from "../output.ts";
import { server } from "../server.ts";

interface RunsOptions {
  readonly status?: "waiting" | "queued" | "running" | "succeeded" | "failed" | "cancelled" | "skipped";
  readonly name?: string;
  readonly trigger?: string;
  readonly since?: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

export function addRuns(program: Command): void {
  program
    .command("runs")
    .description("list runs, newest first")
    .option("--status <state>", "only runs in this state")
    .option("--name <name>", "only runs of this task or operation")
    .option("--trigger <kind>", "only runs started by cron, every, after, api or manual")
    .option("--since <time>", "only runs created since an ISO 8601 time")
    .option("--limit <number>", "how many", "20")
    .option("--cursor <cursor>", "`next` of the page before")
    .option("--json", "print JSON")
    .action(async ({ json, ...query }: RunsOptions) => {
      const { client } = await server();
      const answer = await (await client.api.runs.$get({ query })).json();
      if (json) return printJson(answer);
      const rows = answer.items.map((run) => [
        shortId(run.id),
        run.name,
        run.state,
        run.trigger.kind,
        shortTime(run.createdAt),
        duration(run.startedAt, run.finishedAt),
        run.summary ?? countsText(run.counts),
      ]);
      printTable(["RUN", "NAME", "STATE", "TRIGGER", "CREATED", "TOOK", "SUMMARY"], rows, "No runs.");
      if (answer.next !== null) printLine(`More: npx ultravisor runs --cursor ${answer.next}`);
    });
}
