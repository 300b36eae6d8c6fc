/** `sql`: questions about the history that no other command answers. */
import type { Command } from "commander";
import { usage } from "../exit.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { server } from "../server.ts";

interface SqlOptions {
  readonly limit: string;
  readonly timeout: string;
  readonly json?: boolean;
}

export function addSql(program: Command): void {
  program
    .command("sql")
    .description("ask about runs, records and state in SQL, or list the tables; it only reads")
    .argument("[statement]", "such as 'SELECT name, count(*) FROM runs GROUP BY name'")
    .argument("[parameters...]", "values for ? in order: JSON, or else text")
    .option("--limit <number>", "rows at most", "1000")
    .option("--timeout <seconds>", "how long it may take", "10")
    .option("--json", "print JSON")
    .action((statement: string | undefined, parameters: string[], options: SqlOptions) =>
      statement === undefined ? listTables(options) : ask(statement, parameters, options),
    );
}

async function listTables({ json }: SqlOptions): Promise<void> {
  const { client } = await server();
  const { items } = await (await client.api.sql.$get()).json();
  if (json) return printJson({ items, next: null });
  for (const { name, columns } of items) printLine(`${name} (${columns.join(", ")})`);
}

async function ask(sql: string, parameters: readonly string[], options: SqlOptions): Promise<void> {
  const limit = numberOf("--limit", options.limit);
  const timeout = numberOf("--timeout", options.timeout);
  const { client } = await server();
  const asked = { sql, parameters: parameters.map(parse), limit, timeout };
  const answer = await (await client.api.sql.$post({ json: asked })).json();
  if (options.json) return printJson(answer);
  printTable(answer.columns, answer.rows, "No rows.");
  if (answer.truncated) printLine(`There are more than these ${answer.rows.length} rows; --limit shows more.`);
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw usage(`Expected ${option} to be a number; got ${text}.`);
  return value;
}

function parse(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? text : (value as string | number | boolean | null);
  } catch {
    return text;
  }
}
