/** `sessions`: what browser tasks keep to stay signed in, by name; never what it holds. */
import type { Command } from "commander";
import { encoded } from "../api.ts";
import { printJson, printLine, printTable, shortTime } from "../output.ts";
import { server } from "../server.ts";

interface SessionsOptions {
  readonly json?: boolean;
}

export function addSessions(program: Command): void {
  const sessions = program.command("sessions").description("list and forget the saved sessions of browser tasks");
  const add = (name: string, description: string): Command =>
    sessions.command(name).description(description).option("--json", "print JSON");
  add("list", "list every saved session").action(list);
  add("delete <name>", "forget one, so that its tasks sign in anew").action(remove);
}

async function list({ json }: SessionsOptions): Promise<void> {
  const { client } = await server();
  const answer = await (await client.api.sessions.$get()).json();
  if (json) return printJson(answer);
  const rows = answer.items.map(({ name, updatedAt, domains }) => [name, shortTime(updatedAt), domains.join(", ")]);
  printTable(["SESSION", "UPDATED", "FOR"], rows, "No task has saved a session.");
}

async function remove(name: string, { json }: SessionsOptions): Promise<void> {
  const { client } = await server();
  await client.api.sessions[":name"].$delete({ param: { name: encoded(name) } });
  if (json) printJson({ deleted: name });
  else printLine(`The session ${name} is forgotten.`);
}
