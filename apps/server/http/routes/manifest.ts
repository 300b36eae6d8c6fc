/** The manifest: one JSON document that tells everything about a run, written as it is read. */
import { createRoute, z } from "@hono/zod-openapi";
import type { LogEntry, Run } from "../../core/entities.ts";
import { type Endpoint, idParam, PROBLEMS, streamed } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { everyItem, inChunks } from "../pages.ts";
import { ChangeView, DiffView, presentChange, presentDiff } from "../presenters/change.ts";
import { FileView, presentFile } from "../presenters/file.ts";
import { LogView, presentLog } from "../presenters/log.ts";
import { presentRecord, RecordView } from "../presenters/record.ts";
import { presentRun, RunView } from "../presenters/run.ts";
import { ServedView } from "../presenters/served.ts";
import { presentTaskRun, TaskRunView } from "../presenters/task-run.ts";
import type { Services } from "../services.ts";

const PAGE = 500;

const ManifestView = RunView.extend({
  pages: z.array(ServedView).openapi({ description: "Which tier served its pages, and why" }),
  tasks: z.array(TaskRunView),
  files: z.array(FileView),
  records: z.array(RecordView),
  diff: DiffView.nullable(),
  changes: z.array(ChangeView),
  logs: z.array(LogView),
  links: z.record(z.string(), z.string()),
}).openapi("Manifest");

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}/manifest",
  tags: ["runs"],
  summary: "Everything about a run in one document",
  request: { params: idParam },
  responses: {
    200: { description: "The manifest", content: { "application/json": { schema: ManifestView } } },
    ...PROBLEMS,
  },
});

export function manifestEndpoints(services: Services): readonly [Endpoint<typeof get>] {
  return [
    {
      route: get,
      handler: async (c) => {
        const run = await findRun(services.runs, c.req.valid("param").id);
        return streamed(c, inChunks(manifest(services, run)), { "content-type": "application/json" });
      },
    },
  ];
}

async function* manifest(services: Services, run: Run): AsyncGenerator<string> {
  yield JSON.stringify(presentRun(run)).slice(0, -1);
  yield `,"pages":${JSON.stringify(await services.runs.served(run.id))}`;
  yield* array("tasks", tasks(services, run.id));
  yield* array(
    "files",
    map(
      everyItem((cursor) => services.files.list(run.id, { cursor, limit: PAGE })),
      presentFile,
    ),
  );
  yield* array(
    "records",
    map(
      everyItem((cursor) => services.records.listOfRun(run.id, { cursor, limit: PAGE })),
      presentRecord,
    ),
  );
  const diff = await services.diffs.diff(run.id);
  yield `,"diff":${JSON.stringify(diff && presentDiff(diff))}`;
  yield* array(
    "changes",
    map(
      everyItem((cursor) => services.diffs.list(run.id, { cursor, limit: PAGE })),
      presentChange,
    ),
  );
  yield* array("logs", map(lines(services, run.id), presentLog));
  yield `,"links":${JSON.stringify(links(run.id))}}`;
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

async function* tasks({ taskRuns }: Services, runId: string): AsyncGenerator<TaskRunView> {
  let cursor: string | undefined;
  do {
    const page = await taskRuns.list(runId, { cursor, limit: PAGE });
    const children = await taskRuns.childCounts(page.items.map((item) => item.id));
    for (const item of page.items) yield presentTaskRun(item, children.get(item.id) ?? 0);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

async function* lines({ logs }: Services, runId: string): AsyncGenerator<LogEntry> {
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

function links(id: string): Record<string, string> {
  const self = `/api/runs/${id}`;
  return {
    self,
    tasks: `${self}/tasks`,
    pages: `${self}/pages`,
    files: `${self}/files`,
    records: `${self}/data`,
    logs: `${self}/logs`,
    changes: `${self}/changes`,
    page: `/runs/${id}`,
  };
}
