/** `pause` and `resume`: let a run, or a part of it, wait and go on. */
import type { Command } from "commander";
import { findRun } from "../find-run.ts";
import { printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

interface Options {
  readonly task?: string;
  readonly json?: boolean;
}

export function addPause(program: Command): void {
  addVerb(
    program,
    "pause",
    "start nothing more of a run until it is resumed",
    "is paused; what runs goes on to its end",
  );
}

export function addResume(program: Command): void {
  addVerb(program, "resume", "let a paused run go on", "goes on");
}

function addVerb(program: Command, verb: "pause" | "resume", description: string, done: string): void {
  program
    .command(verb)
    .description(description)
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--task <id>", "only this task run, with all below it")
    .option("--json", "print JSON")
    .action(async (text: string, { task, json }: Options) => {
      const api = await server();
      const id = await findRun(api, text);
      const runs = api.client.api.runs[":id"];
      const answer =
        task === undefined
          ? runs[verb].$post({ param: { id } })
          : runs.tasks[":task"][verb].$post({ param: { id, task } });
      const run = await (await answer).json();
      if (json) return printJson(run);
      printLine(`${task === undefined ? `Run ${run.id}` : `Task run ${task}, with all below it,`} ${done}.`);
    });
}
