/** Tells new events to whoever follows, in order and without a gap: it reads them from the table, however they got there. */
import type { EventStore } from "../core/engine-stores.ts";
import type { Logger, Notices } from "../core/ports.ts";
import { createDuty, type PokedDuty } from "./duty.ts";

/** Hundreds of task runs may end in a second, and few of them leave an event. */
const GATHER_MS = 20;

export async function createEventFeed(events: EventStore, notices: Notices, log: Logger): Promise<PokedDuty<number>> {
  const [newest] = (await events.list({ limit: 1 })).slice(-1);
  let position = newest?.id ?? 0;
  return createDuty({
    name: "event-feed",
    log,
    gather: GATHER_MS,
    async runOnce() {
      const found = await events.list({ after: position, limit: 500 });
      for (const event of found) notices.publish({ type: "event", event });
      position = found.at(-1)?.id ?? position;
      return found.length;
    },
    pauseAfter: (found) => (found > 0 ? 0 : null),
  });
}
