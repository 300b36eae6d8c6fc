/** The engine: the verbs that HTTP offers, and the duties that run by themselves. Wired here, started by main.ts. */

import type { EventStore, LogStore, ManifestStore, ScheduleStore } from "../core/engine-stores.ts";
import type { Run } from "../core/entities.ts";
import type { Executor } from "../core/execution.ts";
import type { StagingStore, StoredBlob } from "../core/files.ts";
import type {
  Catalog,
  Clock,
  Duty,
  Engine,
  Logger,
  NewId,
  Notices,
  Prober,
  RunReader,
  StateStore,
  TaskQueue,
  TaskRunReader,
} from "../core/ports.ts";
import type { Interrupted, RunStore, Settled } from "../core/run-store.ts";
import type { Kind } from "../core/words.ts";
import { createAdapt } from "./adapt.ts";
import { createCompletions } from "./completions.ts";
import { createEventFeed } from "./event-feed.ts";
import type { Execution } from "./execute.ts";
import { createJournal } from "./journal.ts";
import { createManifests } from "./manifests.ts";
import { createRecent } from "./recent.ts";
import { createReconcile } from "./reconcile.ts";
import { recover } from "./recover.ts";
import type { SavedSessionParts } from "./saved-session.ts";
import { syncSchedule } from "./schedule.ts";
import { createTriggers } from "./schedule-duties.ts";
import { createSubmit } from "./submit.ts";
import { deliverWoken } from "./wake.ts";
import { createWork } from "./work.ts";

export interface EngineParts extends SavedSessionParts {
  readonly catalog: Catalog;
  readonly transitions: RunStore;
  readonly runs: RunReader;
  readonly taskRuns: TaskRunReader;
  readonly logs: LogStore;
  readonly events: EventStore;
  readonly schedule: ScheduleStore;
  readonly prober: Prober;
  /** A secret of the server's environment, by name. */
  readonly secret: (name: string) => string | undefined;
  readonly state: StateStore;
  readonly staging: StagingStore;
  readonly queue: TaskQueue;
  readonly executors: Readonly<Record<Kind, Executor>>;
  readonly notices: Notices;
  readonly node: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: () => number;
  readonly log: Logger;
  readonly manifests: ManifestStore;
  /** Puts a run's manifest into the file store. */
  writeManifest(run: Run): Promise<StoredBlob>;
}

export interface RunningEngine extends Engine {
  /** Recovers what the last stop interrupted (`lost`, if it was looked for already), then takes work. */
  start(lost?: Interrupted): Promise<void>;
  /** Takes no more work, lets what runs end for `graceMs`, then leaves the rest to the next start. */
  stop(graceMs: number): Promise<void>;
}

export async function createEngine(parts: EngineParts): Promise<RunningEngine> {
  const { transitions, queue, clock, log, notices } = parts;
  const feed = await createEventFeed(parts.events, notices, log);
  const submit = createSubmit({ ...parts, onCommit: committed });
  const remembered = rememberRuns(parts);
  const journal = createJournal(parts.logs, notices, log);
  const told = { onSettled: settled, onCommit: committed };
  const work = createWork({ ...parts, ...remembered, ...told, journal, submit });
  const { execution, verbs } = work;
  const triggers = createTriggers({ ...parts, submit, cancel: verbs.cancel });
  const completions = createCompletions({ ...parts, ...remembered, ...work, submit, onEvent: feed.poke });
  const reconcile = createReconcile(transitions, queue, log);
  const duties = [feed, ...triggers.duties, completions, reconcile, ...work.duties, ...aside(parts)];
  let stopWatching = (): void => undefined;

  function committed(run: Run): void {
    remembered.noteName(run);
    notices.publish({ type: "run", runId: run.id, name: run.name, state: run.state });
    feed.poke();
    if (run.finishedAt !== null) completions.poke();
  }
  function settled({ finished, woken = [] }: Settled): void {
    if (woken.length > 0) void deliverWoken(queue, woken, log);
    for (const run of finished) notices.publish({ type: "run", runId: run.id, name: run.name, state: run.state });
    feed.poke();
    if (finished.length === 0) return;
    completions.poke();
    triggers.ended(finished.map((run) => run.id));
  }
  async function sync(): Promise<void> {
    await syncSchedule(parts.schedule, parts.catalog, clock());
    notices.publish({ type: "tasks" });
    triggers.poke();
  }
  return {
    submit,
    ...verbs,
    ...triggers.verbs,
    async start(found) {
      await syncSchedule(parts.schedule, parts.catalog, clock());
      stopWatching = parts.catalog.onChange(
        () => void sync().catch((error) => log.error({ err: error }, "the schedule could not follow the task files")),
      );
      const lost = found ?? (await transitions.interruptLost(clock()));
      await recover(lost, queue, log);
      settled(lost);
      await queue.work((taskRunId) => execution.handle(taskRunId));
      for (const duty of duties) duty.start();
      completions.poke();
    },
    async stop(graceMs) {
      stopWatching();
      await Promise.all(duties.map((duty) => duty.stop()));
      await drain(parts, execution, graceMs);
      await journal.flush();
    },
  };
}

/** Duties that nobody waits for. */
function aside(parts: EngineParts): Duty<unknown>[] {
  return [createAdapt(parts), createManifests(parts)];
}

/** As many runs as may be queued on a busy day: a name is short. */
const MOST_NAMES = 2000;

/** What every task run of a run asks for again. */
function rememberRuns({ runs, staging }: EngineParts) {
  const names = createRecent(async (runId) => (await runs.get(runId))?.name ?? "", MOST_NAMES);
  const folders = createRecent((runId) => staging.folder(runId));
  return {
    runName: names.get,
    noteName: ({ id, name }: Run) => names.put(id, name),
    stagingFolder: folders.get,
    stagingPath: staging.path,
    removeStaging(runId: string) {
      folders.forget(runId);
      return staging.remove(runId);
    },
  };
}

/** Lets what runs end; what has not after the grace is killed, and found interrupted by the next start. */
async function drain({ queue, executors }: EngineParts, execution: Execution, graceMs: number): Promise<void> {
  const grace = setTimeout(() => {
    execution.abandon();
    for (const executor of new Set(Object.values(executors))) void executor.close();
  }, graceMs);
  await queue.close();
  await execution.settled();
  clearTimeout(grace);
}
