// Metrics: how many jobs completed and failed, minute by minute, as BullMQ's workers collect them.
import type { IQueueBackend } from "bullmq";
import type { Metric, Queue } from "./queue.ts";
import { slice } from "./ranges.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

const minute = 60_000;

type MetricVerbs = Pick<IQueueBackend, "getMetrics">;

/** The metrics part of a backend. */
export function metricVerbs({ store, queue }: Scope): MetricVerbs {
  return {
    getMetrics: (kind, start = 0, end = -1) =>
      store.perform((): [string[], string[], number] => {
        const metric = queue.metrics.get(kind);
        if (!metric) return [["", "", ""], [], 0];
        const { count, previousAt, previousCount, points } = metric;
        const [from, length] = slice(points.length, start, end);
        return [
          [String(count), String(previousAt ?? 0), String(previousCount)],
          points.slice(from, from + length).map(String),
          points.length,
        ];
      }),
  };
}

/** Counts one finished job; the first of a new minute closes the minutes before it. */
export function countFinished(store: Store, queue: Queue, kind: string, maxPoints: number, now: number): void {
  const metric = queue.metrics.get(kind) ?? { count: 0, previousAt: null, previousCount: 0, points: [], changed: true };
  queue.metrics.set(kind, collect(metric, maxPoints, now));
  store.touch(queue);
}

/** The rule itself: what the metric becomes when a job finishes now. */
export function collect(metric: Metric, maxPoints: number, now: number): Metric {
  const before = metric.count;
  const next = { ...metric, count: before + 1, changed: true };
  if (metric.previousAt === null) return { ...next, previousAt: now, previousCount: 0 };
  const minutes = Math.min(Math.floor(now / minute) - Math.floor(metric.previousAt / minute), maxPoints);
  if (minutes <= 0) return next;
  const idle = new Array<number>(minutes - 1).fill(0);
  const points = [...idle, before - metric.previousCount, ...metric.points].slice(0, maxPoints);
  return { ...next, previousAt: now, previousCount: before, points };
}
