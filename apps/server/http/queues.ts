/** bull-board over the queues: a look below the history. It may change anything, because the rows decide, not the jobs. */
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { HonoAdapter } from "@bull-board/hono";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Queue } from "bullmq";
import type { Hono } from "hono";

export const BOARD_PATH = "/queues";

/** The board as an app to be mounted at `/queues`. What is emptied here by mistake, `reconcile` delivers again. */
export function queueBoard(queues: readonly Queue[]): Hono {
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
  return adapter.registerPlugin();
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
