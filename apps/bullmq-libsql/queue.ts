// What is kept in memory about one queue. Only one process opens the file, so memory may answer for it: counts, places in
// line, the next due time and the locks cost no statement. After a rollback everything but the locks is read again.
import type { Connection } from "./connection.ts";
import { State } from "./schema.ts";

/** Who may finish an active job, and until when. Kept in memory only: a lock never outlives its process. */
export interface Lock {
  token: string;
  until: number;
}

/** Events of one commit, or a part of them: the number of the last one and their flat fields. */
export interface EventBlock {
  upto: number;
  at: number;
  events: string[][];
}

/** Counters behind `getMetrics`, as BullMQ keeps them: minutes, newest first. */
export interface Metric {
  count: number;
  previousAt: number | null;
  previousCount: number;
  points: number[];
  changed: boolean;
}

/** A queue's memory. */
export interface Queue {
  readonly id: number;
  readonly name: string;
  meta: Map<string, string>;
  counts: Map<State, number>;
  /** The last number handed out as a job id, and the last one that the file knows to be taken. */
  counter: number;
  reserved: number;
  /** Next rank at the back of the line, and at its front. */
  back: number;
  front: number;
  /** Next turn among equals of one priority. */
  turn: number;
  /** When the next delayed job is due; undefined when there is none, "unknown" when it must be looked up. */
  due: number | undefined | "unknown";
  limiter: { count: number; until: number };
  metrics: Map<string, Metric>;
  /** Number of the last event, and the one up to which events were dropped. */
  lastEvent: number;
  trimmedTo: number;
  trimAt: number;
  /** Events of the open transaction. */
  pending: string[][];
  /** Recent blocks kept for listeners, and the event number from which they are complete. */
  tail: EventBlock[];
  tailFrom: number;
  listeners: number;
  /** Whether the counter or limiter of the queue's row must be written with the open transaction. */
  changed: boolean;
  locks: Map<string, Lock>;
  /** Jobs that were active at the last stalled check: suspects at the next one. */
  suspects: Set<string>;
  nextStalledCheck: number;
  /** Jobs taken over from a dead process when the file was opened, still to be reported as stalled. */
  recovered: string[];
  waiters: Set<() => void>;
  readers: Set<() => void>;
}

/** Weight of one priority step: room for that many turns. */
export const priorityStep = 2 ** 32;

const numbersAtOnce = 100;

/** Room for the event numbers of one queue; with it, 2^17 queues fit a number that is still exact. */
const eventsPerQueue = 2 ** 36;

/** The key of the row that ends with this event of the queue. */
export function eventId(queue: Queue, number: number): number {
  return queue.id * eventsPerQueue + number;
}

/** Finds or creates a queue's row and reads its memory. */
export function openQueue(connection: Connection, name: string): Queue {
  const row =
    connection.get<{ id: number }>("SELECT id FROM queue WHERE name = ?", name) ??
    connection.take<{ id: number }>("INSERT INTO queue (name) VALUES (?) RETURNING id", name);
  const queue: Queue = {
    id: row?.id ?? 0,
    name,
    meta: new Map(),
    counts: new Map(),
    counter: 0,
    reserved: 0,
    back: 0,
    front: 0,
    turn: 0,
    due: "unknown",
    limiter: { count: 0, until: 0 },
    metrics: new Map(),
    lastEvent: 0,
    trimmedTo: 0,
    trimAt: 0,
    pending: [],
    tail: [],
    tailFrom: 0,
    listeners: 0,
    changed: false,
    locks: new Map(),
    suspects: new Set(),
    nextStalledCheck: 0,
    recovered: [],
    waiters: new Set(),
    readers: new Set(),
  };
  readQueue(connection, queue);
  return queue;
}

/** Reads everything the file knows about the queue; also the way back after a rollback. */
export function readQueue(connection: Connection, queue: Queue): void {
  const { id } = queue;
  // The row itself may have gone with the transaction that was rolled back.
  connection.run("INSERT OR IGNORE INTO queue (id, name) VALUES (?, ?)", id, queue.name);
  const fields = connection.all<{ field: string; value: string }>("SELECT field, value FROM meta WHERE queue = ?", id);
  queue.meta = new Map(fields.map(({ field, value }) => [field, value]));
  const counts = connection.all<{ state: State; n: number }>(
    "SELECT state, count(*) AS n FROM job WHERE queue = ? GROUP BY state",
    id,
  );
  queue.counts = new Map(counts.map(({ state, n }) => [state, n]));
  const row = connection.get<QueueRow>("SELECT * FROM queue WHERE id = ?", id);
  queue.counter = row?.counter ?? 0;
  queue.reserved = queue.counter;
  queue.limiter = { count: row?.limiter_count ?? 0, until: row?.limiter_until ?? 0 };
  queue.due = "unknown";
  queue.changed = false;
  queue.pending = [];
  readLine(connection, queue);
  const base = eventId(queue, 0);
  const edgeEvent = (order: "ASC" | "DESC"): number | undefined => {
    const sql = `SELECT id FROM event WHERE id > ? AND id <= ? ORDER BY id ${order} LIMIT 1`;
    const row = connection.get<{ id: number }>(sql, base, base + eventsPerQueue - 1);
    return row && row.id - base;
  };
  queue.lastEvent = Math.max(edgeEvent("DESC") ?? 0, row?.last_event ?? 0);
  queue.trimmedTo = (edgeEvent("ASC") ?? queue.lastEvent + 1) - 1;
  queue.trimAt = 0;
  queue.tail = [];
  queue.tailFrom = queue.lastEvent;
  readMetrics(connection, queue);
}

/** Gives numbers that were reserved but not used back, as nobody will use them before the file is opened again. */
export function returnNumbers(queue: Queue): void {
  if (queue.reserved === queue.counter) return;
  queue.reserved = queue.counter;
  queue.changed = true;
}

/** Hands out the next number of a queue. They are reserved in blocks; after a crash the rest of a block is skipped. */
export function nextNumber(queue: Queue): string {
  if (++queue.counter > queue.reserved) {
    queue.reserved = queue.counter + numbersAtOnce - 1;
    queue.changed = true;
  }
  return String(queue.counter);
}

/** Writes what changed in the queue's own row and its metrics. */
export function writeQueue(connection: Connection, queue: Queue): void {
  if (queue.changed) {
    queue.changed = false;
    connection.run(
      "UPDATE queue SET counter = ?, last_event = ?, limiter_count = ?, limiter_until = ? WHERE id = ?",
      queue.reserved,
      queue.lastEvent,
      queue.limiter.count,
      queue.limiter.until,
      queue.id,
    );
  }
  for (const [kind, metric] of queue.metrics) {
    if (!metric.changed) continue;
    metric.changed = false;
    connection.run(
      "INSERT OR REPLACE INTO metric (queue, kind, count, previous_at, previous_count, points) VALUES (?, ?, ?, ?, ?, ?)",
      queue.id,
      kind,
      metric.count,
      metric.previousAt,
      metric.previousCount,
      JSON.stringify(metric.points),
    );
  }
}

/** How many jobs of the queue are in this state. */
export function countOf(queue: Queue, state: State): number {
  return queue.counts.get(state) ?? 0;
}

/** How many jobs stand in line, plain or prioritized, whether or not they are handed out now. */
export function inLine(queue: Queue): number {
  return countOf(queue, State.waiting) + countOf(queue, State.prioritized);
}

/** Whether the queue hands out no job now, because it is paused or as many are active as are allowed. */
export function isHeld(queue: Queue): boolean {
  return queue.meta.has("paused") || isMaxed(queue);
}

/** Whether as many jobs are active as the global concurrency allows. */
export function isMaxed(queue: Queue): boolean {
  const limit = queue.meta.get("concurrency");
  return limit !== undefined && countOf(queue, State.active) >= Number(limit);
}

function readLine(connection: Connection, queue: Queue): void {
  const edge = (state: State, order: "ASC" | "DESC"): number | undefined =>
    connection.get<{ rank: number }>(
      `SELECT rank FROM job WHERE queue = ? AND state = ? ORDER BY rank ${order} LIMIT 1`,
      queue.id,
      state,
    )?.rank;
  queue.back = Math.max(edge(State.waiting, "DESC") ?? 0, edge(State.active, "DESC") ?? 0, 0) + 1;
  queue.front = Math.min(edge(State.waiting, "ASC") ?? 0, 0) - 1;
  const turn = connection.get<{ turn: number | null }>(
    `SELECT max(rank % ${priorityStep}) AS turn FROM job WHERE queue = ? AND state = ${State.prioritized}`,
    queue.id,
  );
  queue.turn = (turn?.turn ?? 0) + 1;
}

interface QueueRow {
  counter: number;
  last_event: number;
  limiter_count: number;
  limiter_until: number;
}

interface MetricRow {
  kind: string;
  count: number;
  previous_at: number | null;
  previous_count: number | null;
  points: string;
}

function readMetrics(connection: Connection, queue: Queue): void {
  const rows = connection.all<MetricRow>("SELECT * FROM metric WHERE queue = ?", queue.id);
  queue.metrics = new Map(
    rows.map((row) => [
      row.kind,
      {
        count: row.count,
        previousAt: row.previous_at,
        previousCount: row.previous_count ?? 0,
        points: JSON.parse(row.points) as number[],
        changed: false,
      },
    ]),
  );
}
