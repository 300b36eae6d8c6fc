/** `data`: what runs saved. */
import type { Command } from "commander";
import { type Api, encoded } from "../api.ts";
import { usage } from "../exit.ts";
import { printJson, printLine, printTable, shortId, shortTime } from "../output.ts";
import { server } from "../server.ts";

interface DataOptions {
  readonly where?: string;
  readonly order?: string;
  readonly run?: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly format?: string;
  readonly json?: boolean;
}

const MAX_COLUMNS = 8;

export function addData(program: Command): void {
  program
    .command("data")
    .description("print saved records, or list the collections")
    .argument("[collection]", "which records")
    .option("--where <conditions>", "such as price>10,title~foo")
    .option("--order <path>", "such as price, or -price for the highest first")
    .option("--run <id>", "only records of this run")
    .option("--limit <number>", "how many", "50")
    .option("--cursor <cursor>", "`next` of the page before")
    .option("--format <jsonl|csv>", "export every record that fits")
    .option("--json", "print JSON")
    .action(async (collection: string | undefined, options: DataOptions) => {
      const api = await server();
      if (collection === undefined) return listCollections(api, options.json === true);
      if (options.format !== undefined) return exportRecords(api, collection, options);
      return listRecords(api, collection, options);
    });
}

async function listCollections({ client }: Api, json: boolean): Promise<void> {
  const answer = await (await client.api.data.$get()).json();
  if (json) return printJson(answer);
  const rows = answer.items.map(({ collection, records, updatedAt }) => [collection, records, shortTime(updatedAt)]);
  printTable(["COLLECTION", "RECORDS", "UPDATED"], rows, "No run has saved anything yet.");
}

async function listRecords({ client }: Api, collection: string, options: DataOptions): Promise<void> {
  const { json, format: _format, ...query } = options;
  const answer = await (
    await client.api.data[":collection"].$get({ param: { collection: encoded(collection) }, query })
  ).json();
  if (json) return printJson(answer);
  const columns = [...new Set(answer.items.flatMap(({ data }) => Object.keys(data)))].slice(0, MAX_COLUMNS);
  const rows = answer.items.map(({ run, data }) => [...columns.map((name) => data[name]), shortId(run)]);
  printTable([...columns, "RUN"], rows, "No records fit.");
  if (answer.next !== null) printLine(`More: --cursor ${answer.next}`);
}

async function exportRecords(
  api: Api,
  collection: string,
  { where, order, run, format = "" }: DataOptions,
): Promise<void> {
  if (format !== "jsonl" && format !== "csv")
    throw usage(`Expected --format jsonl or csv; got ${JSON.stringify(format)}.`);
  const search = new URLSearchParams(
    Object.entries({ where, order, run, format }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
  const response = await api.open(`/api/data/${encoded(collection)}?${search}`);
  for await (const chunk of response.body ?? []) process.stdout.write(chunk);
}
