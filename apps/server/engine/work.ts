/** What is done to runs that exist: executing their task runs, ending what waits or takes too long, and what people ask for. */
import type { Run } from "../core/entities.ts";
import { createKeyNews } from "../core/key-news.ts";
import { createKnownKeys } from "../core/known-keys.ts";
import type { Engine } from "../core/ports.ts";
import { createAnswers } from "./answer.ts";
import type { BeginParts } from "./begin.ts";
import { createDeadlines } from "./deadlines.ts";
import type { PokedDuty } from "./duty.ts";
import { createExecution, type ExecuteParts, type Execution } from "./execute.ts";
import { createFanOuts } from "./fan-outs.ts";
import { forgetOnRetry } from "./forget-on-retry.ts";
import type { EngineParts } from "./index.ts";
import { createLateFanOuts } from "./late-fan-outs.ts";
import { createRunVerbs } from "./run-verbs.ts";
import { createPlanSubmission } from "./submit.ts";
import { createSubtreeVerbs } from "./subtree-verbs.ts";

export type WorkParts = EngineParts &
  Omit<ExecuteParts, "begin" | "knownKeys" | "fanOuts" | "findTask" | "onClaimed" | "onSpawned" | "onWaiting"> &
  Pick<BeginParts, "submit" | "onCommit">;

export interface Work {
  readonly execution: Execution;
  readonly duties: readonly PokedDuty<unknown>[];
  readonly verbs: Pick<Engine, "cancel" | "retry" | "answer" | keyof ReturnType<typeof createSubtreeVerbs>>;
  /** A task run may have waited for it. */
  onRunEnded(run: Run): Promise<void>;
}

/** Executing task runs, ending those that wait without a worker, ending runs whose time is over, and what people do with runs. */
export function createWork(given: WorkParts): Work {
  const knownKeys = createKeyNews(createKnownKeys());
  const parts = { ...given, knownKeys, transitions: forgetOnRetry(given.transitions, knownKeys) };
  const findTask: ExecuteParts["findTask"] = (name) =>
    parts.catalog.get(name)?.tasks.find((task) => task.name === name) ?? null;
  const execution = createExecution({
    ...{ ...parts, findTask, fanOuts: createFanOuts(parts) },
    ...{ onClaimed: () => deadlines.poke(), onSpawned: () => lateFanOuts.poke() },
    begin: { ...parts, retry: (runId) => verbs.retry(runId), plan: createPlanSubmission(parts) },
    onWaiting(over) {
      deadlines.poke();
      if (over !== null)
        void answers.runEnded(over).catch((error) => parts.log.error({ err: error }, "it is ended later"));
    },
  });
  const answers = createAnswers({ ...parts, cancel: (runId) => verbs.cancel(runId), settle: execution.end });
  const bounds = { ...answers, abort: execution.cancel };
  const lateFanOuts = createLateFanOuts(parts);
  const deadlines = createDeadlines({ ...parts, ...bounds });
  const runVerbs = { ...createRunVerbs({ ...parts, ...bounds }), ...createSubtreeVerbs({ ...parts, ...bounds }) };
  const verbs = { ...runVerbs, answer: answers.answer };
  return { execution, duties: [deadlines, lateFanOuts], verbs, onRunEnded: answers.runEnded };
}
