/** `retry`: queues again what did not succeed in a run. */
import type { Command } from "commander";
import { findRun } from "../find-run.ts";
import { countsText, printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

export function addRetry(program: Command): void {
  program
    .command("retry")
    .description("queue again what did not succeed in a run")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--json", "print JSON")
    .action(async (text: string, { json }: { json?: boolean }) => {
      const api = await server();
      const run = await (
        await api.client.api.runs[":id"].retry.$post({ param: { id: await findRun(api, text) } })
      ).json();
      if (json) return printJson(run);
      printLine(`Run ${run.id} goes on: ${countsText(run.counts)}.`);
    });
}
