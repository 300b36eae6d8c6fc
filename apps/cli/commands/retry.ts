/** `retry`: queues again what did not succeed in a run, or everything from a task on. */
import type { Command } from "commander";
import { findRun } from "../find-run.ts";
import { parseInput } from "../key-values.ts";
import { countsText, printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

interface RetryOptions {
  readonly from?: string;
  readonly input?: string;
  readonly task?: string;
  readonly failed?: boolean;
  readonly json?: boolean;
}

export function addRetry(program: Command): void {
  program
    .command("retry")
    .description("queue again what did not succeed in a run")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--from <task>", "run this task and everything behind it again, also what succeeded")
    .option("--input <JSON>", "in place of the run's input")
    .option("--task <id>", "only this task run, with all below it, also while the run goes on")
    .option("--failed", "only what failed, not what was cancelled")
    .option("--json", "print JSON")
    .action(async (text: string, options: RetryOptions) => {
      const from = options.from === undefined ? {} : { from: options.from };
      const input = options.input === undefined ? {} : { input: parseInput(options.input) };
      const api = await server();
      const param = { id: await findRun(api, text) };
      const only = options.failed ? { only: "failed" as const } : {};
      const runs = api.client.api.runs[":id"];
      const answer =
        options.task === undefined
          ? runs.retry.$post({ param, json: { ...from, ...input, ...only } })
          : runs.tasks[":task"].retry.$post({ param: { ...param, task: options.task }, json: only });
      const run = await (await answer).json();
      if (options.json) return printJson(run);
      printLine(`Run ${run.id} goes on: ${countsText(run.counts)}.`);
    });
}
