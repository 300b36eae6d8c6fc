/** `state`: small facts that tasks share. */
import type { Command } from "commander";
import { encoded } from "../api.ts";
import { readEvents } from "../events.ts";
import { usage } from "../exit.ts";
import { printJson, printLine, printTable, shortTime } from "../output.ts";
import { server } from "../server.ts";

interface StateOptions {
  readonly node?: boolean;
  readonly json?: boolean;
}

export function addState(program: Command): void {
  const state = program.command("state").description("read and write the state");
  const add = (name: string, description: string): Command =>
    state
      .command(name)
      .description(description)
      .option("--node", "the node's own state")
      .option("--json", "print JSON");
  add("list", "list every key").action(list);
  add("get <key>", "print a value").action(get);
  add("set <key> <value>", "write a value: JSON, or else text")
    .option("--version <number>", "only over this version; 0: only if there is none")
    .action(set);
  add("increment <key> [by]", "add to a number").action(increment);
  add("merge <key> <object>", "merge into an object; null takes a key away").action(merge);
  add("history <key>", "list its latest values, newest first").action(history);
  add("watch <key>", "print it, and again whenever it changes").action(watch);
  add("delete <key>", "forget a key").action(remove);
}

async function list(options: StateOptions): Promise<void> {
  const { client } = await server();
  const answer = await (await client.api.state.$get({ query: scopeOf(options) })).json();
  if (options.json) return printJson(answer);
  const rows = answer.items.map(({ key, value, version, updatedAt, writer }) => [
    key,
    value,
    version,
    shortTime(updatedAt),
    writer,
  ]);
  printTable(["KEY", "VALUE", "VERSION", "UPDATED", "WRITER"], rows, "The state is empty.");
}

async function get(key: string, options: StateOptions): Promise<void> {
  const { client } = await server();
  const entry = await (
    await client.api.state[":key"].$get({ param: { key: encoded(key) }, query: scopeOf(options) })
  ).json();
  printJson(options.json ? entry : entry.value);
}

async function set(key: string, text: string, options: StateOptions & { version?: string }): Promise<void> {
  const { client } = await server();
  const version = options.version === undefined ? {} : { version: numberOf("--version", options.version) };
  const request = { param: { key: encoded(key) }, query: scopeOf(options), json: { value: parse(text), ...version } };
  tell(await (await client.api.state[":key"].$put(request)).json(), options);
}

async function increment(key: string, by: string | undefined, options: StateOptions): Promise<void> {
  const { client } = await server();
  const json = { by: by === undefined ? 1 : numberOf("what is added", by) };
  const request = { param: { key: encoded(key) }, query: scopeOf(options), json };
  tell(await (await client.api.state[":key"].increment.$post(request)).json(), options);
}

async function merge(key: string, text: string, options: StateOptions): Promise<void> {
  const { client } = await server();
  const patch = parse(text);
  if (typeof patch !== "object" || patch === null || Array.isArray(patch))
    throw usage(`Expected a JSON object such as {"on": true}; got ${text}.`);
  const request = { param: { key: encoded(key) }, query: scopeOf(options), json: patch as Record<string, never> };
  tell(await (await client.api.state[":key"].$patch(request)).json(), options);
}

async function history(key: string, options: StateOptions): Promise<void> {
  const { client } = await server();
  const param = { key: encoded(key) };
  const answer = await (await client.api.state[":key"].history.$get({ param, query: scopeOf(options) })).json();
  if (options.json) return printJson(answer);
  const rows = answer.items.map(({ version, value, updatedAt, writer }) => [
    version,
    value,
    shortTime(updatedAt),
    writer,
  ]);
  printTable(["VERSION", "VALUE", "WRITTEN", "WRITER"], rows, "It never had a value.");
}

/** Ends with the server's stream; a line a value. */
async function watch(key: string, options: StateOptions): Promise<void> {
  const api = await server();
  const scope = options.node ? "?scope=node" : "";
  const response = await api.open(`/api/state/${encoded(key)}${scope}`, { accept: "text/event-stream" });
  for await (const { event, data } of readEvents(response)) {
    if (event !== "state") continue;
    const entry = JSON.parse(data) as { value: unknown } | null;
    printLine(JSON.stringify(options.json || entry === null ? entry : entry.value));
  }
}

function tell(entry: { key: string; value: unknown; version: number }, { json }: StateOptions): void {
  if (json) printJson(entry);
  else printLine(`${entry.key} is ${JSON.stringify(entry.value)} (version ${entry.version}).`);
}

function numberOf(what: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw usage(`Expected ${what} to be a number; got ${text}.`);
  return value;
}

async function remove(key: string, options: StateOptions): Promise<void> {
  const { client } = await server();
  await client.api.state[":key"].$delete({ param: { key: encoded(key) }, query: scopeOf(options) });
  if (options.json) printJson({ deleted: key });
  else printLine(`${key} is forgotten.`);
}

function scopeOf({ node }: StateOptions): { scope?: "node" } {
  return node ? { scope: "node" } : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
