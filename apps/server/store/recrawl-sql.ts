/** What an attempt learned of addresses, as statements of the transaction that settles it: so a page is new, changed or gone exactly once. */
import type { InStatement } from "@libsql/client";
import { jsonText } from "../core/json.ts";
import type { SightingDraft } from "../core/recrawl.ts";
import type { Ticket } from "../core/run-store.ts";

/** The order matters: what was remembered is compared before it is replaced. */
export function learn(ticket: Ticket, drafts: readonly SightingDraft[], now: number): InStatement[] {
  if (drafts.length === 0) return [];
  const has = (...states: readonly SightingDraft["state"][]): boolean =>
    drafts.some(({ state }) => states.includes(state));
  const rows = jsonText(drafts);
  return [
    ...joinCrawl(ticket.runId),
    ...(has("seen", "gone") ? [insertChanges(ticket, rows, now)] : []),
    ...(has("seen", "same") ? [countUnchanged(ticket, rows)] : []),
    ...(has("seen") ? [remember(ticket, rows)] : []),
    ...(has("same", "unknown") ? [touch(ticket, rows)] : []),
    ...(has("gone") ? [forget(ticket, rows)] : []),
  ];
}

const CRAWL = "(SELECT crawl_id FROM crawl_runs WHERE run_id = ?1)";
const DRAFTS = "json_each(?2) AS d";
const OF_DRAFT = `s.crawl_id = ${CRAWL} AND s.what = d.value->>'what' AND s.url = d.value->>'url'`;
const STATE = "d.value->>'state'";
const SHA256 = "d.value->'facts'->>'sha256'";

function joinCrawl(runId: string): InStatement[] {
  return [
    {
      sql: "INSERT INTO crawls (name, input) SELECT name, input FROM runs WHERE id = ? ON CONFLICT (name, input) DO NOTHING",
      args: [runId],
    },
    {
      sql: `INSERT INTO crawl_runs (run_id, crawl_id) SELECT r.id, c.id FROM runs r JOIN crawls c ON c.name = r.name AND c.input = r.input
            WHERE r.id = ? ON CONFLICT (run_id) DO NOTHING`,
      args: [runId],
    },
  ];
}

function insertChanges(ticket: Ticket, rows: string, now: number): InStatement {
  return {
    sql: `INSERT INTO changes (run_id, task_run_id, kind, what, url, sha256, before, time)
          SELECT ?1, ?3, CASE WHEN ${STATE} = 'gone' THEN 'gone' WHEN s.url IS NULL THEN 'new' ELSE 'changed' END,
                 d.value->>'what', d.value->>'url', ${SHA256}, s.sha256, ?4
          FROM ${DRAFTS} LEFT JOIN sightings s ON ${OF_DRAFT}
          WHERE CASE ${STATE} WHEN 'gone' THEN s.url IS NOT NULL WHEN 'seen' THEN s.url IS NULL OR s.sha256 <> ${SHA256} ELSE 0 END
          ON CONFLICT (run_id, what, url) DO NOTHING`,
    args: [ticket.runId, rows, ticket.taskRunId, now],
  };
}

/** Each address once, however many task runs of the run come by. CROSS JOIN keeps SQLite from walking through all that is remembered. */
function countUnchanged(ticket: Ticket, rows: string): InStatement {
  return {
    sql: `UPDATE crawl_runs SET unchanged_pages = unchanged_pages + n.pages, unchanged_files = unchanged_files + n.files
          FROM (SELECT count(*) FILTER (WHERE s.what = 'page') AS pages, count(*) FILTER (WHERE s.what = 'file') AS files
                FROM ${DRAFTS} CROSS JOIN sightings s ON ${OF_DRAFT}
                WHERE s.seen_run < ?1 AND (${STATE} = 'same' OR (${STATE} = 'seen' AND s.sha256 = ${SHA256}))) AS n
          WHERE run_id = ?1`,
    args: [ticket.runId, rows],
  };
}

function remember(ticket: Ticket, rows: string): InStatement {
  return {
    sql: `INSERT INTO sightings (crawl_id, what, url, sha256, facts, seen_run, changed_run)
          SELECT ${CRAWL}, d.value->>'what', d.value->>'url', ${SHA256}, d.value->'facts', ?1, ?1 FROM ${DRAFTS} WHERE ${STATE} = 'seen'
          ON CONFLICT (crawl_id, what, url) DO UPDATE SET facts = excluded.facts, sha256 = excluded.sha256, seen_run = max(seen_run, excluded.seen_run),
            changed_run = CASE WHEN sha256 <> excluded.sha256 THEN excluded.changed_run ELSE changed_run END`,
    args: [ticket.runId, rows],
  };
}

function touch(ticket: Ticket, rows: string): InStatement {
  return {
    sql: `UPDATE sightings SET seen_run = max(seen_run, ?1) WHERE crawl_id = ${CRAWL}
          AND (what, url) IN (SELECT d.value->>'what', d.value->>'url' FROM ${DRAFTS} WHERE ${STATE} IN ('same', 'unknown'))`,
    args: [ticket.runId, rows],
  };
}

function forget(ticket: Ticket, rows: string): InStatement {
  return {
    sql: `DELETE FROM sightings WHERE crawl_id = ${CRAWL}
          AND (what, url) IN (SELECT d.value->>'what', d.value->>'url' FROM ${DRAFTS} WHERE ${STATE} = 'gone')`,
    args: [ticket.runId, rows],
  };
}
