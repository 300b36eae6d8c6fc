/** `schedule`: triggers, their next times, and a hand on them. */
import type { Command } from "commander";
import { type Api, encoded } from "../api.ts";
import { usage } from "../exit.ts";
import { printJson, printLine, printTable, shortTime } from "../output.ts";
import { server } from "../server.ts";
import { triggerText } from "./tasks.ts";

interface PreviewOptions {
  readonly timezone?: string;
  readonly from?: string;
  readonly count: string;
  readonly json?: boolean;
}

export function addSchedule(program: Command): void {
  const schedule = program.command("schedule").description("list triggers and their next times");
  schedule
    .command("list", { isDefault: true })
    .description("list triggers")
    .option("--json", "print JSON")
    .action(list);
  schedule
    .command("preview")
    .description("print the next times of a trigger, without scheduling it")
    .argument("<trigger>", "a cron expression, an interval such as 12s, or a trigger as JSON")
    .option("--timezone <zone>", "of a cron expression, such as Europe/London")
    .option("--from <time>", "an ISO 8601 time; default now")
    .option("--count <number>", "how many", "5")
    .option("--json", "print JSON")
    .action(preview);
  for (const verb of ["pause", "resume"] as const) {
    schedule
      .command(`${verb} <trigger>`)
      .description(`${verb} a trigger, by its id or the name of its task`)
      .option("--json", "print JSON")
      .action((text: string, { json }: { json?: boolean }) => setPaused(verb, text, json === true));
  }
  schedule
    .command("run <trigger>")
    .description("start a trigger's task now, with the trigger's input")
    .option("--json", "print JSON")
    .action(run);
  schedule
    .command("backfill <trigger>")
    .description("start a run for every time of a range that has none")
    .requiredOption("--from <time>", "an ISO 8601 time")
    .requiredOption("--to <time>", "an ISO 8601 time")
    .option("--json", "print JSON")
    .action(backfill);
}

interface BackfillOptions {
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const { client } = await server();
  const answer = await (await client.api.schedule.$get()).json();
  if (json) return printJson(answer);
  const rows = answer.items.map((entry) => [
    entry.id,
    entry.name,
    triggerText(entry.trigger),
    entry.paused ? "paused" : shortTime(entry.nextAt),
    shortTime(entry.lastAt),
    whyNot(entry),
  ]);
  printTable(["ID", "NAME", "TRIGGER", "NEXT", "LAST", "WHY"], rows, "No task has a trigger.");
}

/** What a condition's last look found, or why a scheduled start did not come about. */
function whyNot({ kind, look }: { kind: string; look: { fired: boolean; reason: string } | null }): string {
  return look !== null && (kind === "when" || !look.fired) ? look.reason : "";
}

async function preview(text: string, { timezone, from, count, json }: PreviewOptions): Promise<void> {
  const { client } = await server();
  const trigger = { ...toTrigger(text), ...(timezone === undefined ? {} : { timezone }) };
  if (!/^\d+$/.test(count)) throw usage(`Expected --count to be a whole number; got ${JSON.stringify(count)}.`);
  const body = { trigger, count: Number(count), ...(from === undefined ? {} : { from }) };
  const answer = await (await client.api.schedule.preview.$post({ json: body })).json();
  if (json) return printJson(answer);
  for (const time of answer.next) printLine(time);
}

function toTrigger(text: string): Record<string, unknown> {
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      throw usage(`Expected a trigger as JSON, such as '{"every":"12s"}'; got ${JSON.stringify(text.slice(0, 80))}.`);
    }
  }
  return /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text) ? { every: text } : { cron: text };
}

async function setPaused(verb: "pause" | "resume", text: string, json: boolean): Promise<void> {
  const api = await server();
  const param = { id: encoded(await findEntry(api, text)) };
  const entry = await (await api.client.api.schedule[":id"][verb].$post({ param })).json();
  if (json) return printJson(entry);
  printLine(
    entry.paused
      ? `${entry.name} is paused.`
      : `${entry.name} is next started at ${shortTime(entry.nextAt) || "no time of its own"}.`,
  );
}

async function run(text: string, { json }: { json?: boolean }): Promise<void> {
  const api = await server();
  const answer = await (
    await api.client.api.schedule[":id"].run.$post({ param: { id: encoded(await findEntry(api, text)) } })
  ).json();
  if (json) printJson(answer);
  else printLine(`Started as run ${answer.id}.`);
}

async function backfill(text: string, { from, to, json }: BackfillOptions): Promise<void> {
  const api = await server();
  const param = { id: encoded(await findEntry(api, text)) };
  const answer = await (await api.client.api.schedule[":id"].backfill.$post({ param, json: { from, to } })).json();
  if (json) return printJson(answer);
  for (const { id, nominalAt } of answer.started) printLine(`Started run ${id} for ${nominalAt}.`);
  if (answer.existing > 0) printLine(`${answer.existing} of the times had a run already.`);
  if (answer.started.length + answer.existing === 0) printLine("The trigger has no time in that range.");
}

async function findEntry({ client }: Api, text: string): Promise<string> {
  const { items } = await (await client.api.schedule.$get()).json();
  const found = items.filter(
    ({ id, name }) => id === text || name === text || (text.length >= 4 && id.startsWith(text)),
  );
  const [only] = found.filter(({ id }) => id === text).concat(found);
  if (only === undefined)
    throw usage(`No trigger has the id or the task ${JSON.stringify(text)}. \`npx ultravisor schedule\` lists them.`);
  if (only.id !== text && found.length > 1)
    throw usage(`${found.length} triggers fit: ${found.map(({ id }) => id).join(", ")}. Give the id of one.`);
  return only.id;
}
