// The event stream of a queue: collected during a transaction, stored as one row per commit, read by number.
import { connectionClosed } from "./errors.ts";
import { type EventBlock, eventId, type Queue } from "./queue.ts";
import type { Store } from "./store.ts";

const defaultMaxEvents = 10_000;
/** Trimming deletes many at once, so that most commits need not. */
const trimSlack = 500;
/** How many events are kept in memory for listeners; whoever is further behind reads the file. */
const tailLength = 10_000;
const readAtOnce = 200;

/** Adds an event to the open transaction: its name, then fields and values in turn. */
export function emit(store: Store, queue: Queue, event: string, ...fields: string[]): void {
  queue.pending.push(["event", event, ...fields]);
  store.touch(queue);
}

/** The number of the newest event, those of the open transaction included. */
export function newestEvent(queue: Queue): number {
  return queue.lastEvent + queue.pending.length;
}

/** Writes the transaction's events as one row, and now and then drops the oldest. */
export function flushEvents(store: Store, queue: Queue): void {
  const events = queue.pending;
  if (events.length === 0) return;
  queue.pending = [];
  const upto = queue.lastEvent + events.length;
  const at = Date.now();
  const limit = maxEvents(queue);
  if (limit > 0) {
    const body = JSON.stringify(events);
    store.sql.run("INSERT INTO event (id, at, body) VALUES (?, ?, ?)", eventId(queue, upto), at, body);
  }
  queue.lastEvent = upto;
  if (queue.listeners > 0) remember(queue, { upto, at, events });
  else queue.tailFrom = upto;
  if (upto > queue.trimAt) {
    trimEvents(store, queue, limit);
    queue.trimAt = upto + trimSlack;
  }
}

/** Drops all but about the newest `keep` events; returns how many went. */
export function trimEvents(store: Store, queue: Queue, keep: number): number {
  const upto = queue.lastEvent - keep;
  const last = store.sql.get<{ id: number }>(
    "SELECT id FROM event WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT 1",
    eventId(queue, 0),
    eventId(queue, upto),
  );
  if (!last) return 0;
  store.sql.run("DELETE FROM event WHERE id > ? AND id <= ?", eventId(queue, 0), last.id);
  const dropped = last.id - eventId(queue, 0);
  const removed = dropped - queue.trimmedTo;
  queue.trimmedTo = dropped;
  // Numbers go on where they were, even when no event is left to tell.
  queue.changed = true;
  return removed;
}

/** The number of the last event already seen, from the id a listener gives back. */
export function cursorOf(store: Store, queue: Queue, id: string): number {
  const [at = "0", number = "0"] = id.split("-");
  if (Number(number) > 0) return Number(number);
  if (Number(at) <= 0) return 0;
  // A bare time, as Redis allows: everything since then.
  const first = store.sql.get<{ id: number }>(
    "SELECT id FROM event WHERE id > ? AND id <= ? AND at < ? ORDER BY id DESC LIMIT 1",
    eventId(queue, 0),
    eventId(queue, queue.lastEvent),
    Number(at),
  );
  return first ? first.id - eventId(queue, 0) : 0;
}

/** Events after the cursor as `[id, fields]`, from memory when it reaches back far enough. */
export function eventsAfter(store: Store, queue: Queue, cursor: number): [string, string[]][] {
  if (cursor >= queue.lastEvent) return [];
  const blocks = cursor >= queue.tailFrom ? queue.tail : storedBlocks(store, queue, cursor);
  const found: [string, string[]][] = [];
  for (const { upto, at, events } of blocks) {
    if (upto <= cursor) continue;
    const first = upto - events.length + 1;
    for (let index = Math.max(cursor + 1 - first, 0); index < events.length; index++) {
      found.push([`${at}-${first + index}`, events[index] ?? []]);
    }
    if (found.length >= readAtOnce) break;
  }
  return found;
}

/** Resolves with true when events after the cursor are there, with false at the timeout or when told to stop. */
export function waitForEvents(queue: Queue, cursor: number, timeout: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.reject(connectionClosed());
  if (queue.lastEvent > cursor) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", settle);
      queue.readers.delete(settle);
      resolve(queue.lastEvent > cursor);
    };
    // Zero means "for ever"; the timer then only keeps the process alive, as a socket would.
    const timer = setTimeout(settle, timeout > 0 ? timeout : 2 ** 31 - 1);
    signal.addEventListener("abort", settle, { once: true });
    queue.readers.add(settle);
  });
}

function maxEvents(queue: Queue): number {
  return Number(queue.meta.get("opts.maxLenEvents") ?? defaultMaxEvents);
}

function remember(queue: Queue, block: EventBlock): void {
  queue.tail.push(block);
  if (block.upto - queue.tailFrom <= tailLength) return;
  // Half of it goes at once, so that the array is not moved for every commit.
  const from = queue.tail.findIndex(({ upto }) => block.upto - upto < tailLength / 2);
  const dropped = queue.tail.splice(0, from);
  queue.tailFrom = dropped.at(-1)?.upto ?? queue.tailFrom;
}

function storedBlocks(store: Store, queue: Queue, cursor: number): EventBlock[] {
  const rows = store.sql.all<{ id: number; at: number; body: string }>(
    "SELECT id, at, body FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT 50",
    eventId(queue, cursor),
    eventId(queue, queue.lastEvent),
  );
  const base = eventId(queue, 0);
  return rows.map(({ id, at, body }) => ({ upto: id - base, at, events: JSON.parse(body) as string[][] }));
}
