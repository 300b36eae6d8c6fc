/** `run`: starts a task or an operation, and waits for its end when asked to. */
import type { Command } from "commander";
import { type Api, encoded } from "../api.ts";
import { EXIT } from "../exit.ts";
import { followLog } from "../follow.ts";
import { parseInput, parsePairs } from "../key-values.ts";
import { countsText, duration, harmless, printJson, printLine, shortId } from "../output.ts";
import { server } from "../server.ts";
import { logLine } from "./logs.ts";

interface RunOptions {
  readonly input?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly idempotencyKey?: string;
}

const PROGRESS_EVERY = 5000;

export function addRun(program: Command): void {
  program
    .command("run")
    .description("start a task or an operation")
    .argument("<name>", "of the task or operation")
    .argument("[key=value...]", "its input, converted to the types it expects")
    .option("--input <JSON>", "its input as one JSON object; key=value is laid over it")
    .option("--wait", "print its log, stay until it has ended, and exit with 1 when it failed")
    .option("--idempotency-key <key>", "start nothing when a run has this key already")
    .option("--json", "print JSON")
    .action(async (name: string, pairs: string[], options: RunOptions) => {
      const api = await server();
      const { id } = await start(api, name, pairs, options);
      if (options.wait) return wait(api, id, options.json === true);
      if (options.json) return printJson({ id });
      printLine(`Started ${name} as run ${id}.\nFollow it: npx ultravisor logs ${shortId(id)} -f`);
    });
}

async function start(
  { client }: Api,
  name: string,
  pairs: readonly string[],
  options: RunOptions,
): Promise<{ id: string }> {
  const definition = await (await client.api.tasks[":name"].$get({ param: { name: encoded(name) } })).json();
  const input = { ...parseInput(options.input), ...parsePairs(pairs, definition.input) };
  const key = options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey };
  return (await client.api.runs.$post({ json: { task: name, input, ...key } })).json();
}

async function wait(api: Api, id: string, json: boolean): Promise<void> {
  const progress = json ? null : showProgress(api, id);
  await followLog(api, id, (line) => json || printLine(logLine(line))).finally(() =>
    clearInterval(progress ?? undefined),
  );
  const run = await (await api.client.api.runs[":id"].$get({ param: { id } })).json();
  if (json) printJson(run);
  else
    printLine(
      `${run.state} after ${duration(run.startedAt, run.finishedAt)}: ${harmless(run.summary ?? countsText(run.counts))}`,
    );
  if (run.state === "failed" || run.state === "cancelled") process.exitCode = EXIT.failed;
}

/** Says how far it is now and then, for tasks that log little. */
function showProgress({ client }: Api, id: string): NodeJS.Timeout {
  let said = "";
  return setInterval(async () => {
    const run = await client.api.runs[":id"]
      .$get({ param: { id } })
      .then((answer) => answer.json())
      .catch(() => null);
    const text = run === null ? said : countsText(run.counts);
    if (text !== said) process.stderr.write(`… ${text}\n`);
    said = text;
  }, PROGRESS_EVERY);
}
