/** `state`: small facts that tasks share. */
import type { Command } from "commander";
import { encoded } from "../api.ts";
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
  add("set <key> <value>", "write a value: JSON, or else text").action(set);
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

async function set(key: string, text: string, options: StateOptions): Promise<void> {
  const { client } = await server();
  const request = { param: { key: encoded(key) }, query: scopeOf(options), json: { value: parse(text) } };
  const entry = await (await client.api.state[":key"].$put(request)).json();
  if (options.json) printJson(entry);
  else printLine(`${key} is ${JSON.stringify(entry.value)} (version ${entry.version}).`);
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
