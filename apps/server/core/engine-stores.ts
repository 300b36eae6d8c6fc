/** The ports behind which the engine keeps its journal: log entries, events and schedule entries. */
import type { Event, LogEntry, ScheduleEntry, ScheduleKind } from "./entities.ts";
import type { StoredBlob } from "./files.ts";
import type { EventReader, LogReader, ScheduleReader } from "./ports.ts";

export interface LogStore extends LogReader {
  /** Appends in order; resolves with the entries and their `seq` once they are durable. */
  append(entries: readonly Omit<LogEntry, "seq">[]): Promise<LogEntry[]>;
}

export interface EventStore extends EventReader {
  append(event: Omit<Event, "id">): Promise<Event>;
  /** Events of one kind after a cursor's position, oldest first. */
  unseen(cursor: string, kind: string, limit: number): Promise<readonly Event[]>;
  /** Moves a cursor forward. */
  seen(cursor: string, position: number): Promise<void>;
}

/** Manifests in the file store. */
export interface ManifestStore {
  get(runId: string): Promise<(StoredBlob & { readonly writtenAt: number }) | null>;
  /** In place of an earlier one of the run. */
  keep(runId: string, blob: StoredBlob, now: number): Promise<void>;
}

export type ScheduleDraft = Pick<
  ScheduleEntry,
  "id" | "name" | "kind" | "trigger" | "nextAt" | "nominalAt" | "createdAt"
>;

/** What changes about an entry; what is left out stays. */
export type ScheduleChange = Partial<
  Pick<ScheduleEntry, "nextAt" | "nominalAt" | "lastAt" | "lastRunId" | "lateness" | "look" | "paused">
>;

export interface ScheduleStore extends ScheduleReader {
  /** Makes these the active entries; the pause and history of entries that return are kept. */
  sync(drafts: readonly ScheduleDraft[]): Promise<void>;
  /** Active entries of these kinds that are not paused. */
  live(kinds: readonly ScheduleKind[]): Promise<readonly ScheduleEntry[]>;
  /** Active entries of these kinds that are not paused and whose time has come, the longest overdue first. */
  due(now: number, kinds: readonly ScheduleKind[]): Promise<readonly ScheduleEntry[]>;
  /** The earliest time among those, or null. */
  nextDue(kinds: readonly ScheduleKind[]): Promise<number | null>;
  change(id: string, change: ScheduleChange): Promise<void>;
}
