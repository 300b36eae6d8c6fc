// Looking at a parent's children: counts, pages, results and ignored failures.
import type { DependenciesOpts, IQueueBackend, JobJson } from "bullmq";
import { splitKey } from "./parents.ts";
import type { Queue } from "./queue.ts";
import { slice } from "./ranges.ts";
import { headOf, rowOf, toJobJson } from "./rows.ts";
import { Outcome } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type DependencyVerbs = Pick<
  IQueueBackend,
  "getDependencies" | "getDependencyCounts" | "getProcessedChildrenValues" | "getIgnoredChildrenFailures" | "paginate"
>;
type Dependencies = Awaited<ReturnType<IQueueBackend["getDependencies"]>>;

interface Child {
  child: string;
  value: string | null;
}

const outcomes: Record<string, Outcome> = {
  processed: Outcome.processed,
  unprocessed: Outcome.pending,
  ignored: Outcome.ignored,
  failed: Outcome.failed,
};

const defaultPage = 20;

/** The part of a backend that looks at children. */
export function dependencyVerbs({ store, queue }: Scope): DependencyVerbs {
  const children = (jobId: string, outcome: Outcome): Child[] => {
    const job = headOf(store, queue, jobId);
    return job ? childrenOf(store, job.seq, outcome, 0, -1) : [];
  };
  return {
    getDependencies: (jobId, options) => store.perform(() => dependencies(store, queue, jobId, options ?? {})),
    getDependencyCounts: (jobId, types) =>
      store.perform(() => {
        const job = headOf(store, queue, jobId);
        return types.map((type) => (job ? countChildren(store, job.seq, outcomes[type] ?? Outcome.failed) : 0));
      }),
    getProcessedChildrenValues: (jobId) => store.perform(() => texts(children(jobId, Outcome.processed))),
    getIgnoredChildrenFailures: (jobId) => store.perform(() => texts(children(jobId, Outcome.ignored))),
    paginate: (key, options) => store.perform(() => paginate(store, key, options)),
  };
}

function dependencies(store: Store, queue: Queue, jobId: string, options: DependenciesOpts): Dependencies {
  const seq = headOf(store, queue, jobId)?.seq ?? 0;
  if (!options.processed && !options.unprocessed && !options.ignored && !options.failed) {
    const all = (outcome: Outcome): Child[] => childrenOf(store, seq, outcome, 0, -1);
    return {
      processed: values(all(Outcome.processed)),
      unprocessed: keys(all(Outcome.pending)),
      ignored: texts(all(Outcome.ignored)),
      failed: keys(all(Outcome.failed)),
    };
  }
  const page = (outcome: Outcome, asked: { cursor?: number; count?: number }): { found: Child[]; next: number } => {
    const cursor = asked.cursor ?? 0;
    const count = asked.count ?? defaultPage;
    const found = childrenOf(store, seq, outcome, cursor, count);
    return { found, next: cursor + count < countChildren(store, seq, outcome) ? cursor + count : 0 };
  };
  const result: Dependencies = {};
  if (options.processed) {
    const { found, next } = page(Outcome.processed, options.processed);
    Object.assign(result, { processed: values(found), nextProcessedCursor: next });
  }
  if (options.unprocessed) {
    const { found, next } = page(Outcome.pending, options.unprocessed);
    Object.assign(result, { unprocessed: keys(found), nextUnprocessedCursor: next });
  }
  if (options.ignored) {
    const { found, next } = page(Outcome.ignored, options.ignored);
    Object.assign(result, { ignored: texts(found), nextIgnoredCursor: next });
  }
  if (options.failed) {
    const { found, next } = page(Outcome.failed, options.failed);
    Object.assign(result, { failed: keys(found), nextFailedCursor: next });
  }
  return result;
}

function paginate(
  store: Store,
  key: string,
  options: { start: number; end: number; fetchJobs?: boolean },
): Awaited<ReturnType<IQueueBackend["paginate"]>> {
  const withValues = key.endsWith(":processed");
  const outcome = withValues ? Outcome.processed : Outcome.pending;
  const place = splitKey(store, key.slice(0, key.lastIndexOf(":")));
  const parent = place && headOf(store, place.queue, place.id);
  if (!parent) return { cursor: "0", items: [], total: 0, jobs: [] };
  const total = countChildren(store, parent.seq, outcome);
  const [offset, limit] = slice(total, options.start, options.end);
  const found = childrenOf(store, parent.seq, outcome, offset, limit);
  const items = found.map(({ child, value }) => (withValues ? { id: child, ...parsed(value) } : { id: child }));
  return { cursor: "0", items, total, jobs: options.fetchJobs ? jobsOf(store, found) : [] };
}

function jobsOf(store: Store, found: Child[]): JobJson[] {
  return found.flatMap(({ child }) => {
    const place = splitKey(store, child);
    const row = place && rowOf(store, place.queue, place.id);
    return row ? [toJobJson(row)] : [];
  });
}

function childrenOf(store: Store, seq: number, outcome: Outcome, offset: number, limit: number): Child[] {
  return store.sql.all<Child>(
    "SELECT child, value FROM dependency WHERE parent = ? AND outcome = ? ORDER BY at, child LIMIT ? OFFSET ?",
    seq,
    outcome,
    limit,
    offset,
  );
}

function countChildren(store: Store, seq: number, outcome: Outcome): number {
  return (
    store.sql.get<{ n: number }>("SELECT count(*) AS n FROM dependency WHERE parent = ? AND outcome = ?", seq, outcome)
      ?.n ?? 0
  );
}

function keys(children: Child[]): string[] {
  return children.map(({ child }) => child);
}

function texts(children: Child[]): Record<string, string> {
  return Object.fromEntries(children.map(({ child, value }) => [child, value ?? ""]));
}

function values(children: Child[]): Record<string, unknown> {
  return Object.fromEntries(children.map(({ child, value }) => [child, JSON.parse(value ?? "null")]));
}

function parsed(value: string | null): { v: unknown } | { err: string } {
  try {
    return { v: JSON.parse(value ?? "null") };
  } catch (error) {
    return { err: error instanceof Error ? error.message : String(error) };
  }
}
