/** `data`: what runs saved. */
import type { Command } from "commander";
import { type Api, encoded } from "../api.ts";
import { usage } from "../exit.ts";
import { printJson, printLine, printTable, shortId, shortTime } from "../output.ts";
import { server } from "../server.ts";

interface Filter {
  readonly where?: string;
  readonly search?: string;
  readonly run?: string;
}

interface DataOptions extends Filter {
  readonly order?: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly format?: string;
  readonly values?: string;
  readonly group?: string;
  readonly delete?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

const MAX_COLUMNS = 8;
const FORMATS = ["json", "jsonl", "csv"];

export function addData(program: Command): void {
  program
    .command("data")
    .description("print saved records, or list the collections")
    .argument("[collection]", "which records")
    .argument("[record]", "id of one record: it and what it was before")
    .option("--where <conditions>", "such as 'price>10,title~foo', 'shop in (A, B)', 'photo exists'")
    .option("--search <words>", "words that must occur in them")
    .option("--order <path>", "such as price, or -price for the highest first")
    .option("--run <id>", "only records of this run")
    .option("--limit <number>", "how many", "50")
    .option("--cursor <cursor>", "`next` of the page before")
    .option("--format <json|jsonl|csv>", "export every record that fits")
    .option("--values <measures>", "add up instead: count, sum(price), avg, min, max, distinct(shop)")
    .option("--group <paths>", "add up by group, such as shop.name")
    .option("--delete", "delete the records that fit")
    .option("--all", "with --delete and without a condition: the whole collection")
    .option("--json", "print JSON")
    .action(async (collection: string | undefined, record: string | undefined, options: DataOptions) => {
      const api = await server();
      if (collection === undefined) return listCollections(api, options.json === true);
      if (options.delete) return deleteRecords(api, collection, record, options);
      if (record !== undefined) return printJson(await oneRecord(api, collection, record));
      if (options.values !== undefined || options.group !== undefined) return addUp(api, collection, options);
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
  const { order, limit, cursor } = options;
  const query = { ...filterOf(options), order, limit, cursor };
  const answer = await (
    await client.api.data[":collection"].$get({ param: { collection: encoded(collection) }, query })
  ).json();
  if (options.json) return printJson(answer);
  const records = answer.items.map(({ id, data }) => ({ id, fields: fieldsOf(data) }));
  const columns = [...new Set(records.flatMap(({ fields }) => Object.keys(fields)))].slice(0, MAX_COLUMNS);
  const rows = answer.items.map(({ run }, index) => [
    ...columns.map((name) => records[index]?.fields[name]),
    shortId(run),
  ]);
  printTable([...columns, "RUN"], rows, "No records fit.");
  if (answer.next !== null) printLine(`More: --cursor ${answer.next}`);
}

async function oneRecord({ client }: Api, collection: string, id: string): Promise<unknown> {
  const param = { collection: encoded(collection), id: encoded(id) };
  return (await client.api.data[":collection"][":id"].$get({ param })).json();
}

async function addUp({ client }: Api, collection: string, options: DataOptions): Promise<void> {
  const { values, group, order, limit } = options;
  const query = { ...filterOf(options), values, group, order, limit };
  const answer = await (
    await client.api.data[":collection"].aggregate.$get({ param: { collection: encoded(collection) }, query })
  ).json();
  if (options.json) return printJson(answer);
  const [first] = answer.items;
  const groups = Object.keys(first?.group ?? {});
  const measures = Object.keys(first?.values ?? {});
  const rows = answer.items.map((item) => [
    ...groups.map((name) => item.group[name]),
    ...measures.map((name) => item.values[name]),
  ]);
  printTable([...groups, ...measures], rows, "No records fit.");
  if (answer.total > rows.length) printLine(`${rows.length} of ${answer.total} groups; --limit shows more.`);
}

async function deleteRecords(
  { client }: Api,
  collection: string,
  record: string | undefined,
  options: DataOptions,
): Promise<void> {
  const param = { collection: encoded(collection) };
  const where = record === undefined ? options.where : `_id=${record}`;
  const query = { ...filterOf({ ...options, where }), ...(options.all ? { all: "true" as const } : {}) };
  const answer = await (await client.api.data[":collection"].$delete({ param, query })).json();
  if (options.json) return printJson(answer);
  printLine(`${answer.deleted} ${answer.deleted === 1 ? "record is" : "records are"} deleted.`);
}

async function exportRecords(api: Api, collection: string, options: DataOptions): Promise<void> {
  const { format = "" } = options;
  if (!FORMATS.includes(format)) throw usage(`Expected --format ${FORMATS.join(", ")}; got ${JSON.stringify(format)}.`);
  const asked = { ...filterOf(options), order: options.order, format, limit: "all" };
  const search = new URLSearchParams(
    Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const response = await api.open(`/api/data/${encoded(collection)}?${search}`);
  for await (const chunk of response.body ?? []) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once("drain", resolve));
  }
}

function filterOf({ where, search, run }: { [name in keyof Filter]: Filter[name] | undefined }): {
  where: string | undefined;
  search: string | undefined;
  run: string | undefined;
} {
  return { where, search, run };
}

function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as Readonly<Record<string, unknown>>)
    : { value: data };
}
