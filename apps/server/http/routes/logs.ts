/** Logs of a run: a page of lines, or a stream that follows until the run has ended. */
import { createRoute, z } from "@hono/zod-openapi";
import { isFinal } from "../../core/words.ts";
import {
  type AppContext,
  after,
  type Endpoint,
  idParam,
  limit,
  listOf,
  PROBLEMS,
  STREAM_CONTENT,
} from "../endpoint.ts";
import { findRun } from "../find.ts";
import { LogView, presentLog } from "../presenters/log.ts";
import type { Services } from "../services.ts";
import { type EventStream, eventStream, lastEventId, wantsStream } from "../sse.ts";

const PAGE = 200;

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/logs",
  tags: ["runs"],
  summary: "Log of a run, oldest line first",
  description:
    "With `Accept: text/event-stream`: every line as an event `log` whose id is its `seq`, stored lines first, then live ones, without a gap; " +
    "`Last-Event-ID` (or `cursor`) resumes after a line. The event `end` carries the state of the run once it has ended.",
  request: {
    params: idParam,
    query: z.strictObject({
      task: z.string().max(100).optional().openapi({ description: "Only lines of this task run" }),
      cursor: after,
      limit,
    }),
  },
  responses: {
    200: {
      description: "A page of lines, or a stream",
      content: { "application/json": { schema: listOf(LogView) }, ...STREAM_CONTENT },
    },
    ...PROBLEMS,
  },
});

export function logEndpoints(services: Services): readonly [Endpoint<typeof list>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const { id } = await findRun(services.runs, c.req.valid("param").id);
        const { task, cursor, limit: wanted } = c.req.valid("query");
        if (wantsStream(c))
          return follow(c, services, { runId: id, taskRunId: task, from: lastEventId(c) ?? cursor ?? 0 }) as never;
        const size = wanted ?? 50;
        const entries = await services.logs.list(id, { taskRunId: task, after: cursor, limit: size });
        const next = entries.length < size ? null : String(entries.at(-1)?.seq);
        return c.json({ items: entries.map(presentLog), next }, 200);
      },
    },
  ];
}

interface Following {
  readonly runId: string;
  readonly taskRunId: string | undefined;
  readonly from: number;
}

function follow(c: AppContext, services: Services, following: Following): Response {
  return eventStream(c, async (stream) => {
    const unsubscribe = services.notices.subscribe((notice) => {
      if (!("runId" in notice) || notice.runId !== following.runId) return;
      if (notice.type === "run" && isFinal(notice.state)) stream.wake();
      else if (notice.type === "logs") stream.wakeSoon();
    });
    try {
      await tell(stream, services, following);
    } finally {
      unsubscribe();
    }
  });
}

/** The store is the only source, notices only wake: so nothing is missed between stored and live, and nothing comes twice. */
async function tell(stream: EventStream, services: Services, { runId, taskRunId, from }: Following): Promise<void> {
  let last = from;
  while (!stream.ended) {
    // Asked before the lines: what was written before the run ended is among them.
    const run = await services.runs.get(runId);
    const entries = await services.logs.list(runId, { taskRunId, after: last, limit: PAGE });
    for (const entry of entries) {
      await stream.send("log", presentLog(entry), entry.seq);
      last = entry.seq;
      if (stream.ended) return;
    }
    if (entries.length === PAGE) continue;
    if (run === null || isFinal(run.state)) return stream.send("end", { state: run?.state ?? null }, last);
    await stream.woken();
  }
}
