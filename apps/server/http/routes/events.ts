/** What happens, live: kept events with ids to resume from, and passing notices of what changed. */
import { createRoute, z } from "@hono/zod-openapi";
import { type AppContext, after, type Endpoint, limit, listOf, PROBLEMS, STREAM_CONTENT } from "../endpoint.ts";
import { EventView, type NoticeView, presentEvent, presentNotice } from "../presenters/event.ts";
import type { Services } from "../services.ts";
import { type EventStream, eventStream, lastEventId } from "../sse.ts";

const PAGE = 200;
/** More different changes than this between two writes are told as one `reload`. */
const MAX_NOTICES = 500;

const list = createRoute({
  method: "get",
  path: "/api/events",
  tags: ["events"],
  summary: "What happens, as a stream; with `Accept: application/json` the newest events as a list",
  description:
    "Events `event` are kept and carry ids for `Last-Event-ID`; events `notice` say what has just changed (`run`, `task_run`, `state`, `tasks`, or `reload`) and are not kept.",
  request: {
    query: z.strictObject({
      run: z.string().max(100).optional().openapi({ description: "Only events of this run" }),
      after,
      limit,
    }),
  },
  responses: {
    200: {
      description: "A stream, or a list",
      content: { "application/json": { schema: listOf(EventView) }, ...STREAM_CONTENT },
    },
    ...PROBLEMS,
  },
});

export function eventEndpoints(services: Services): readonly [Endpoint<typeof list>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const { run, after: from, limit: wanted } = c.req.valid("query");
        if (!wantsList(c)) return follow(c, services, { runId: run, from: lastEventId(c) ?? from ?? null }) as never;
        const size = wanted ?? 50;
        const items = await services.events.list({ after: from, limit: size, runId: run });
        const next = from === undefined || items.length < size ? null : String(items.at(-1)?.id);
        return c.json({ items: items.map(presentEvent), next }, 200);
      },
    },
  ];
}

interface Following {
  readonly runId: string | undefined;
  /** Null: from now on. */
  readonly from: number | null;
}

function wantsList(c: AppContext): boolean {
  const accept = c.req.header("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/event-stream");
}

function follow(c: AppContext, services: Services, following: Following): Response {
  return eventStream(c, async (stream) => {
    const notices = new Map<string, NoticeView>();
    const unsubscribe = services.notices.subscribe((notice) => {
      const view = presentNotice(notice);
      if (view !== null && concerns(view, following.runId)) keep(notices, view);
      if (notice.type === "task_run") stream.wakeSoon();
      else if (view !== null || notice.type === "event") stream.wake();
    });
    try {
      await tell(stream, services, following, notices);
    } finally {
      unsubscribe();
    }
  });
}

async function tell(
  stream: EventStream,
  services: Services,
  following: Following,
  notices: Map<string, NoticeView>,
): Promise<void> {
  let last = following.from ?? (await newestId(services));
  await stream.send("ready", { after: last }, last);
  while (!stream.ended) {
    const changed = [...notices.values()];
    notices.clear();
    const events = await services.events.list({ after: last, limit: PAGE, runId: following.runId });
    for (const event of events) {
      await stream.send("event", presentEvent(event), event.id);
      last = event.id;
    }
    for (const notice of changed) await stream.send("notice", notice);
    if (events.length < PAGE && notices.size === 0) await stream.woken();
  }
}

async function newestId(services: Services): Promise<number> {
  const newest = await services.events.list({ limit: 1 });
  return newest.at(-1)?.id ?? 0;
}

function concerns(view: NoticeView, runId: string | undefined): boolean {
  return runId === undefined || !("run" in view) || view.run === runId;
}

/** Only the newest word about each thing; when there are too many things, one word for all. */
function keep(notices: Map<string, NoticeView>, view: NoticeView): void {
  if (notices.has("reload")) return;
  const subject =
    "task" in view ? view.task : "run" in view ? view.run : "key" in view ? `${view.scope} ${view.key}` : view.type;
  notices.delete(subject);
  notices.set(subject, view);
  if (notices.size <= MAX_NOTICES) return;
  notices.clear();
  notices.set("reload", { type: "reload" });
}
