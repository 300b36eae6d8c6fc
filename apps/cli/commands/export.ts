/** `export`: a recorded flow, in the form that Chrome's Recorder imports. */
import type { Command } from "commander";
import { encoded } from "../api.ts";
import { printJson } from "../output.ts";
import { server } from "../server.ts";

export function addExport(program: Command): void {
  program
    .command("export")
    .description("print a recorded flow as Chrome's Recorder imports it")
    .argument("<task>", "its name")
    .option("--json", "print JSON, as it does anyway")
    .action(async (name: string) => {
      const { client } = await server();
      const answer = await client.api.tasks[":name"].recording.$get({ param: { name: encoded(name) } });
      printJson(await answer.json());
    });
}
