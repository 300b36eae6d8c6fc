/** The manifest of a run: one JSON document that tells everything, written as it is read, however many task runs there are. */
import { z } from "@hono/zod-openapi";
import type { LogEntry, Run } from "../core/entities.ts";
import type { FileStore, StoredBlob } from "../core/files.ts";
import { everyItem, inChunks } from "./pages.ts";
import { ChangeView, DiffView, presentChange, presentDiff } from "./presenters/change.ts";
import { FileView, presentFile } from "./presenters/file.ts";
import { LogView, presentLog } from "./presenters/log.ts";
import { presentRecord, RecordView } from "./presenters/record.ts";
import { presentRun, RunView } from "./presenters/run.ts";
import { ServedView } from "./presenters/served.ts";
import { AttemptView, presentAttempt, presentTaskRun, TaskRunView } from "./presenters/task-run.ts";
import type { Services } from "./services.ts";

export const MANIFEST_SCHEMA = "/api/schemas/manifest";

/** What is read in one go: more would keep scheduled runs waiting for it. */
const PAGE = 100;

const ManifestTaskView = TaskRunView.extend({
  success: z.boolean().nullable(),
  history: z.array(AttemptView).openapi({ description: "Its attempts, oldest first" }),
  links: z.object({ logs: z.string(), files: z.string(), self: z.string() }),
}).openapi("ManifestTask");

export const ManifestView = RunView.extend({
  $schema: z.string().openapi({ description: "Where the schema of this document is" }),
  success: z.boolean().nullable().openapi({ description: "Null until the run has ended" }),
  pages: z.array(ServedView).openapi({ description: "Which tier served its pages, and why" }),
  tasks: z.array(ManifestTaskView).openapi({ description: "Its task runs with their outputs, oldest first" }),
  files: z.array(FileView).openapi({ description: "What its task runs left in the file store; `href` is the bytes" }),
  records: z.array(RecordView),
  diff: DiffView.nullable(),
  changes: z.array(ChangeView),
  logs: z.array(LogView),
  links: z.record(z.string(), z.string()),
}).openapi("Manifest");

/** What a manifest is read from. */
export type ManifestSources = Pick<Services, "runs" | "taskRuns" | "files" | "records" | "diffs" | "logs">;

/** JSON Schema of a manifest. More fields may come. */
export function manifestSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ManifestView, { io: "input", unrepresentable: "any" }), $id: MANIFEST_SCHEMA };
}

/** Puts the manifest of a run that ended into the file store. */
export function manifestWriter(
  sources: ManifestSources,
  files: Pick<FileStore, "put">,
): (run: Run) => Promise<StoredBlob> {
  return (run) => files.put(encoded(inChunks(manifest(sources, run))));
}

/** The document in pieces of text. The same run gives the same text. */
export async function* manifest(sources: ManifestSources, run: Run): AsyncGenerator<string> {
  const head = { $schema: MANIFEST_SCHEMA, ...presentRun(run), success: successOf(run) };
  yield JSON.stringify(head).slice(0, -1);
  yield `,"pages":${JSON.stringify(await sources.runs.served(run.id))}`;
  yield* array("tasks", tasks(sources, run.id));
  const files = everyItem((cursor) => sources.files.list(run.id, { cursor, limit: PAGE }));
  yield* array("files", map(files, presentFile));
  const records = everyItem((cursor) => sources.records.listOfRun(run.id, { cursor, limit: PAGE }));
  yield* array("records", map(records, presentRecord));
  const diff = await sources.diffs.diff(run.id);
  yield `,"diff":${JSON.stringify(diff && presentDiff(diff))}`;
  const changes = everyItem((cursor) => sources.diffs.list(run.id, { cursor, limit: PAGE }));
  yield* array("changes", map(changes, presentChange));
  yield* array("logs", map(lines(sources, run.id), presentLog));
  yield `,"links":${JSON.stringify(links(run.id))}}\n`;
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

async function* array(name: string, items: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let separator = "";
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ",";
  }
  yield "]";
}

async function* tasks({ taskRuns }: ManifestSources, runId: string): AsyncGenerator<z.infer<typeof ManifestTaskView>> {
  let cursor: string | undefined;
  do {
    const page = await taskRuns.list(runId, { cursor, limit: PAGE });
    const ids = page.items.map((item) => item.id);
    const [children, attempts] = await Promise.all([taskRuns.childCounts(ids), taskRuns.attemptsOf(ids)]);
    for (const item of page.items)
      yield {
        ...presentTaskRun(item, { subtasks: children.get(item.id) }),
        success: successOf(item),
        history: (attempts.get(item.id) ?? []).map(presentAttempt),
        links: taskLinks(runId, item.id),
      };
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

async function* lines({ logs }: ManifestSources, runId: string): AsyncGenerator<LogEntry> {
  let page: readonly LogEntry[];
  let after = 0;
  do {
    page = await logs.list(runId, { after, limit: PAGE });
    yield* page;
    after = page.at(-1)?.seq ?? after;
  } while (page.length === PAGE);
}

async function* map<T, U>(items: AsyncIterable<T>, change: (item: T) => U): AsyncGenerator<U> {
  for await (const item of items) yield change(item);
}

/** What was skipped was no failure. */
function successOf({ state, finishedAt }: Pick<Run, "state" | "finishedAt">): boolean | null {
  return finishedAt === null ? null : state === "succeeded" || state === "skipped";
}

function taskLinks(runId: string, id: string): { logs: string; files: string; self: string } {
  const run = `/api/runs/${runId}`;
  return { self: `${run}/tasks/${id}`, logs: `${run}/logs?task=${id}`, files: `${run}/files?task=${id}` };
}

function links(id: string): Record<string, string> {
  const self = `/api/runs/${id}`;
  return {
    self,
    manifest: `${self}/manifest`,
    tasks: `${self}/tasks`,
    pages: `${self}/pages`,
    files: `${self}/files`,
    records: `${self}/data`,
    logs: `${self}/logs`,
    changes: `${self}/changes`,
    page: `/runs/${id}`,
  };
}
