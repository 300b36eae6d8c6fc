/** Why a subtask that was wanted is not started: the limits of its task, and addresses that look like a trap. */
import type { TaskRun } from "./entities.ts";
import { readOldPage } from "./old-archives.ts";
import { kindOf, newRepeatMemory, REPEATS, type RepeatMemory, repeatedKind } from "./repeats.ts";
import type { TaskRunDraft } from "./run-store.ts";
import { newTrapMemory, type TrapMemory, trapSuspected } from "./traps.ts";
import { urlTemplate } from "./url-template.ts";

export const STOP_REASONS = ["depth", "subtasks", "bytes", "time", "perTemplate", "perHost", "trap_suspected"] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** How many subtasks were not started, by what stopped them. */
export type Stops = Readonly<Record<StopReason, number>>;

/** One subtask that is not started. */
export interface Stop {
  readonly task: string;
  readonly key: string;
  readonly parent: string;
  readonly reason: StopReason;
  /** For people: what it was, if that is not plain from the reason. */
  readonly detail: string | null;
}

/** One that was not, as it is kept. */
export interface NotStarted extends Stop {
  readonly time: number;
}

export interface Sifted {
  readonly drafts: TaskRunDraft[];
  readonly stops: Stop[];
}

/** What was seen of one crawl. */
export interface CrawlMemory {
  readonly traps: TrapMemory;
  readonly repeats: RepeatMemory;
}

export function newCrawlMemory(): CrawlMemory {
  return { traps: newTrapMemory(), repeats: newRepeatMemory() };
}

/**
 * Which of its subtasks a task run may start, as far as these alone tell: not too deep, and no trap. The store knows the rest.
 * @param look what its own page showed (core/repeats.ts), or null
 */
export function sift(
  parent: TaskRun,
  drafts: readonly TaskRunDraft[],
  memory: CrawlMemory,
  look: number | null,
  now: number,
): Sifted {
  const { depth } = parent.spec.limits;
  if (parent.depth >= depth) return { drafts: [], stops: drafts.map((draft) => stop(draft, "depth", null)) };
  if (parent.spec.traps === "ignore") return { drafts: [...drafts], stops: [] };
  const sifted: Sifted = { drafts: [], stops: [] };
  const repeated = parent.key === null ? null : repeatedKind(parent.key, look, memory.repeats);
  readOldPage(parent.key, drafts, memory.traps.archives, now);
  for (const draft of drafts) {
    const isRepeat = repeated !== null && kindOf(draft.key) === repeated.kind;
    const why = isRepeat
      ? `${REPEATS} pages of ${repeated.kind} show what others show, and lead to ever more of them`
      : trapSuspected(draft.key, memory.traps, now, parent.key);
    if (why === null) sifted.drafts.push(draft);
    else sifted.stops.push(stop(draft, "trap_suspected", why));
  }
  return sifted;
}

function stop({ task, key, parent }: TaskRunDraft, reason: StopReason, detail: string | null): Stop {
  return { task, key, parent: parent ?? "", reason, detail };
}

/** What subtasks are counted by where their task limits that: host and template of their address; a key that is none has neither. */
export function placeOf(key: string): { readonly host: string; readonly template: string } | null {
  const url = /^https?:/.test(key) ? URL.parse(key) : null;
  return url === null ? null : { host: url.host, template: urlTemplate(url) };
}
