/** bull-board over the queues: a look below the history. It may change anything, because the rows decide, not the jobs. */
import { flushCompileCache } from "node:module";
import type { Queue } from "bullmq";
import { Hono } from "hono";

export const BOARD_PATH = "/queues";

/**
 * The board as an app that answers below `/queues`. What is emptied here by mistake, `reconcile` delivers again. It is loaded when
 * somebody looks at it: it takes 10 MB of memory, and 0.1 s, and most never do.
 */
export async function queueBoard(queues: readonly Queue[]): Promise<Hono> {
  const [{ createBullBoard }, { BullMQAdapter }, { HonoAdapter }, { serveStatic }] = await Promise.all([
    import("@bull-board/api"),
    import("@bull-board/api/bullMQAdapter"),
    import("@bull-board/hono"),
    import("@hono/node-server/serve-static"),
  ]);
  flushCompileCache();
  const adapter = new HonoAdapter(serveStatic);
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { externalJobUrl: linkToRun })),
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: "Ultravisor queues",
        miscLinks: [{ text: "Back to Ultravisor", url: "/" }],
        hideDocsLink: true,
        hideRedisDetails: !queues.some(isOnServer),
      },
    },
  });
  // What it throws is answered by the app around it.
  const rethrow = (error: Error): never => {
    throw error;
  };
  return new Hono().onError(rethrow).route(BOARD_PATH, adapter.registerPlugin());
}

/** A job carries the id of its run, unless somebody edited it. */
function linkToRun({ data }: { readonly data?: { readonly run?: unknown } }): { displayText: string; href: string } {
  const run = data?.run;
  return typeof run === "string"
    ? { displayText: "Run", href: `/runs/${encodeURIComponent(run)}` }
    : { displayText: "Runs", href: "/" };
}

/** Redis and PostgreSQL can be asked for their version, memory and clients; the embedded queue is no server. */
function isOnServer(queue: Queue): boolean {
  const backend: object = queue.getBackend();
  return "client" in backend || "connection" in backend;
}
