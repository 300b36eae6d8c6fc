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
    .option("--json", "print JSON")
    .action(async (text: string, { json }: { json?: boolean }) => {
      const api = await server();
      const run = await (
        await api.client.api.runs[":id"].cancel.$post({ param: { id: await findRun(api, text) } })
      ).json();
      if (json) return printJson(run);
      printLine(run.finishedAt === null ? `Run ${run.id} is stopping.` : `Run ${run.id} is ${run.state}.`);
    });
}
