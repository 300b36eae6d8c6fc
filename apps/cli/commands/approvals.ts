/** `approvals`, `approve`, `reject`: what waits for a person's word, and the word. */
import type { Command } from "commander";
import { usage } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { parseInput } from "../key-values.ts";
import { harmless, printJson, printLine, printTable, shortId, shortTime } from "../output.ts";
import { server } from "../server.ts";

type Server = Awaited<ReturnType<typeof server>>;

interface AnswerOptions {
  readonly task?: string;
  readonly comment?: string;
  readonly values?: string;
}

export function addApprovals(program: Command): void {
  program
    .command("approvals")
    .description("list what waits for a person's word")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const items = await waiting(await server());
      if (json) return printJson(items);
      const rows = items.map((item) => [
        shortId(item.run),
        item.name,
        item.task,
        shortTime(item.since),
        harmless(item.message),
      ]);
      printTable(["RUN", "NAME", "TASK", "SINCE", "MESSAGE"], rows, "Nothing waits for a person.");
    });
  answerCommand(program, "approve", "say yes to what a run waits for").option(
    "--values <JSON>",
    "what the task asks for",
  );
  answerCommand(program, "reject", "say no to what a run waits for");
}

function answerCommand(program: Command, verb: "approve" | "reject", description: string): Command {
  return program
    .command(verb)
    .description(description)
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--task <name>", "which task, when several wait")
    .option("--comment <text>", "kept with the task run")
    .action(async (text: string, { task, comment = "", values }: AnswerOptions) => {
      const api = await server();
      const { id, name, task: answered } = await find(api, await findRun(api, text), task);
      const route = api.client.api.approvals[":id"];
      const given = values === undefined ? {} : { values: parseInput(values) as Record<string, never> };
      if (verb === "approve") await route.approve.$post({ param: { id }, json: { comment, ...given } });
      else await route.reject.$post({ param: { id }, json: { comment } });
      printLine(`${verb === "approve" ? "Approved" : "Rejected"}: ${answered} of ${name}.`);
    });
}

async function waiting(api: Server) {
  return (await (await api.client.api.approvals.$get({ query: { limit: "500" } })).json()).items;
}

async function find(api: Server, run: string, task: string | undefined) {
  const ofRun = (await waiting(api)).filter((item) => item.run === run && (task === undefined || item.task === task));
  const [only] = ofRun;
  if (only && ofRun.length === 1) return only;
  const names = ofRun.map((item) => item.task).join(", ");
  throw usage(only ? `Several tasks wait: ${names}. Name one with --task.` : "That run waits for nobody's word.");
}
