/** Reading what crawls remember, and how runs differed from those before. */
import { and, asc, count, eq, gt } from "drizzle-orm";
import type { DiffReader } from "../core/ports.ts";
import type { ChangeCounts, ChangeKind, Diff, Facts, Recalled, Remembered, Sighted } from "../core/recrawl.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { changes, crawlRuns } from "./schema/index.ts";

/** What the runs of this run's crawl saw at an address last; null: nothing yet. */
export async function recall(
  database: Database,
  runId: string,
  what: Recalled,
  url: string,
): Promise<Remembered | null> {
  if (what === "asset") return recallAsset(database, runId, url);
  const { rows } = await database.read(
    `SELECT s.facts, s.changed_run = r.id AS changed FROM runs r JOIN crawls c ON c.name = r.name AND c.input = r.input
     JOIN sightings s ON s.crawl_id = c.id AND s.what = ?2 AND s.url = ?3 WHERE r.id = ?1`,
    [runId, what, url],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { facts: JSON.parse(String(row.facts)) as Facts, changedInThisRun: Boolean(row.changed) };
}

/** Mirrors look back so many runs: an asset that none of them has is asked for anew. */
const MIRRORS = 3;

/** What a mirror of the same crawl holds of an address, from which the headers for a question are made. */
async function recallAsset(database: Database, runId: string, url: string): Promise<Remembered | null> {
  const { rows } = await database.read(
    `SELECT a.url, a.status, a.headers, a.type, a.sha256, a.size FROM
       (SELECT o.run_id FROM runs r JOIN crawls c ON c.name = r.name AND c.input = r.input JOIN crawl_runs o ON o.crawl_id = c.id
        WHERE r.id = ?1 AND o.run_id < ?1 ORDER BY o.run_id DESC LIMIT ${MIRRORS}) AS before
     CROSS JOIN captures a ON a.run_id = before.run_id AND a.url = ?2 AND a.kind = 'asset'
     WHERE a.sha256 IS NOT NULL ORDER BY a.run_id DESC LIMIT 1`,
    [runId, url],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const headers = (JSON.parse(String(row.headers)) as [string, string][]).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  const sha256 = String(row.sha256);
  const found = { url: String(row.url), status: Number(row.status), type: String(row.type), size: Number(row.size) };
  const facts: Facts = {
    ...found,
    sha256,
    body: sha256,
    headers: Object.fromEntries(headers),
    tier: "http",
    variant: "",
    name: "",
  };
  return { facts, changedInThisRun: false };
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
