/** What crawls remember from run to run, and how each run differed from those before. */
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { CHANGE_KINDS, type ChangeKind, type Facts, SIGHTED, type Sighted } from "../../core/recrawl.ts";
import { json, oneOf, time } from "./columns.ts";
import { runs } from "./runs.ts";

/** Runs of the same operation with the same input walk through the same pages: they share a memory. */
export const crawls = sqliteTable(
  "crawls",
  {
    id: integer("id").primaryKey(),
    name: text("name").notNull(),
    /** The run's input, as canonical JSON. */
    input: text("input").notNull(),
  },
  (t) => [uniqueIndex("crawls_same").on(t.name, t.input)],
);

export const crawlRuns = sqliteTable("crawl_runs", {
  runId: text("run_id")
    .primaryKey()
    .references(() => runs.id, { onDelete: "cascade" }),
  crawlId: integer("crawl_id")
    .notNull()
    .references(() => crawls.id),
  /** Set by a trigger on `runs` when the whole crawl ended well: then what it did not meet is gone. */
  complete: integer("complete", { mode: "boolean" }).notNull().default(false),
  unchangedPages: integer("unchanged_pages").notNull().default(0),
  unchangedFiles: integer("unchanged_files").notNull().default(0),
});

export const sightings = sqliteTable(
  "sightings",
  {
    crawlId: integer("crawl_id")
      .notNull()
      .references(() => crawls.id, { onDelete: "cascade" }),
    what: text("what").$type<Sighted>().notNull(),
    url: text("url").notNull(),
    sha256: text("sha256").notNull(),
    facts: json<Facts>("facts").notNull(),
    /** Ids of runs rise with time, so "before this run" is a comparison. */
    seenRun: text("seen_run").notNull(),
    changedRun: text("changed_run").notNull(),
  },
  (t) => [primaryKey({ columns: [t.crawlId, t.what, t.url] }), check("sightings_what", oneOf("what", SIGHTED))],
);

export const changes = sqliteTable(
  "changes",
  {
    id: integer("id").primaryKey(),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    taskRunId: text("task_run_id"),
    kind: text("kind").$type<ChangeKind>().notNull(),
    what: text("what").$type<Sighted>().notNull(),
    url: text("url").notNull(),
    sha256: text("sha256"),
    before: text("before"),
    time: time("time").notNull(),
  },
  (t) => [
    uniqueIndex("changes_once").on(t.runId, t.what, t.url),
    index("changes_by_run").on(t.runId, t.kind, t.id),
    check("changes_kind", oneOf("kind", CHANGE_KINDS)),
    check("changes_what", oneOf("what", SIGHTED)),
    check("changes_gone_has_no_bytes", sql`(kind = 'gone') = (sha256 IS NULL)`),
  ],
);
