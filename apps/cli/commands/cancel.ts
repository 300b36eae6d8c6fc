/** `cancel`: stops a run. */
import type { Command } from "commander";
import { findRun } from "../find-run.ts";
import { printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

export function addCancel(program: Command): void {
  program
    .command("cancel")
    .description("stop a run")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--task <id>", "only this task run, with all below it")
    .option("--json", "print JSON")
    .action(async (text: string, { task, json }: { task?: string; json?: boolean }) => {
      const api = await server();
      const id = await findRun(api, text);
      const runs = api.client.api.runs[":id"];
      const answer =
        task === undefined
          ? runs.cancel.$post({ param: { id } })
          : runs.tasks[":task"].cancel.$post({ param: { id, task } });
      const run = await (await answer).json();
      if (json) return printJson(run);
      printLine(run.finishedAt === null ? `Run ${run.id} is stopping.` : `Run ${run.id} is ${run.state}.`);
    });
}
