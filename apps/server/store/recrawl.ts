/** Reading what crawls remember, and how runs differed from those before. */
import { and, asc, count, eq, gt } from "drizzle-orm";
import type { DiffReader } from "../core/ports.ts";
import type { ChangeCounts, ChangeKind, Diff, Facts, Remembered, Sighted } from "../core/recrawl.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { changes, crawlRuns } from "./schema/index.ts";

/** What the runs of this run's crawl saw at an address last; null: nothing yet. */
export async function recall(
  database: Database,
  runId: string,
  what: Sighted,
  url: string,
): Promise<Remembered | null> {
  const { rows } = await database.read(
    `SELECT s.facts, s.changed_run = r.id AS changed FROM runs r JOIN crawls c ON c.name = r.name AND c.input = r.input
     JOIN sightings s ON s.crawl_id = c.id AND s.what = ?2 AND s.url = ?3 WHERE r.id = ?1`,
    [runId, what, url],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { facts: JSON.parse(String(row.facts)) as Facts, changedInThisRun: Boolean(row.changed) };
}

export function createDiffReader({ db }: Database): DiffReader {
  return {
    async diff(runId) {
      const [crawl] = await db.select().from(crawlRuns).where(eq(crawlRuns.runId, runId)).limit(1);
      if (crawl === undefined) return null;
      const rows = await db
        .select({ what: changes.what, kind: changes.kind, number: count() })
        .from(changes)
        .where(eq(changes.runId, runId))
        .groupBy(changes.what, changes.kind);
      const of = (what: Sighted, unchanged: number): ChangeCounts => {
        const number = (kind: ChangeKind): number =>
          rows.find((row) => row.what === what && row.kind === kind)?.number ?? 0;
        return { new: number("new"), changed: number("changed"), gone: number("gone"), unchanged };
      };
      const { complete, unchangedPages, unchangedFiles } = crawl;
      return { pages: of("page", unchangedPages), files: of("file", unchangedFiles), complete } satisfies Diff;
    },
    async list(runId, query) {
      const limit = limitOf(query.limit);
      const after = decodeCursor(query.cursor);
      const conditions = [
        eq(changes.runId, runId),
        query.kind && eq(changes.kind, query.kind),
        query.what && eq(changes.what, query.what),
        after === null ? undefined : gt(changes.id, Number(after)),
      ].filter((condition) => typeof condition === "object");
      const rows = await db
        .select()
        .from(changes)
        .where(and(...conditions))
        .orderBy(asc(changes.id))
        .limit(limit + 1);
      return toPage(rows, limit, ({ id }) => String(id));
    },
  };
}
