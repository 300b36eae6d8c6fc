/** Every process that these commands start ends by itself after a while, so that a limit that does not hold harms nobody for long. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AttemptLimits } from "../../../apps/server/core/attempt-limits.ts";
import { findProcesses } from "../../../apps/server/shell/processes.ts";
import { assignmentOf, executorOf, type Finished, hostOf, run, textOf } from "./command.ts";

/** Takes 20 MB at a time, 10 times a second, up to 600 MB. */
const GREEDY = `let held = []; setInterval(() => held.length < 30 && held.push(Buffer.alloc(20e6, 1)), 100); setTimeout(() => {}, 20000)`;
const node = (script: string): string => `"${process.execPath}" -e '${script}'`;
/** Each starts two of its kind, 4,095 in all at the most; those at the end sleep. */
const BOMB = `bomb() { [ $1 -gt 0 ] || exec sleep 15; bomb $(($1 - 1)) & bomb $(($1 - 1)) & wait; }; bomb 11`;
/** Likewise, each in a session of its own. */
const SCATTERED = `echo '[ $1 -gt 0 ] || exec sleep 15; setsid sh bomb.sh $(($1 - 1)) & setsid sh bomb.sh $(($1 - 1)) & wait' > bomb.sh; sh bomb.sh 9`;

const within = (limits: AttemptLimits, command: string): Promise<Finished> =>
  run(command, { spec: { attemptLimits: limits } });
const left = ({ taskRunId }: Finished): number[] => findProcesses({ ULTRAVISOR_TASK_RUN: taskRunId });

describe("a command over its memory limit", () => {
  test("is ended with its descendants, and its error says how much it had", async () => {
    const finished = await within({ memory: 200e6 }, `sh -c '${node(GREEDY).replaceAll("'", `'"'"'`)} & wait'`);
    expect(finished.outcome).toMatchObject({
      type: "failed",
      reason: "memory",
      retryable: true,
      error: { code: "memory", message: expect.stringMatching(/^memory [\d.]+ MB > 200 MB: limits.memory/) },
    });
    expect(finished.outcome.usage.peakMemoryBytes).toBeGreaterThan(200e6);
    expect(textOf(finished.lines, "system")).toContain("close to the limit of 200 MB");
    expect(left(finished)).toEqual([]);
  });

  test("is told by a descendant that has left its process group, too", async () => {
    const finished = await within({ memory: 200e6 }, `setsid ${node(GREEDY)} & sleep 20`);
    expect(finished.outcome).toMatchObject({ type: "failed", reason: "memory" });
    expect(left(finished)).toEqual([]);
  });

  test("is not one whose processes share what they have", async () => {
    const finished = await within({ memory: 200e6 }, `perl -e '$held = "x" x 60e6; fork; fork; sleep 1'`);
    expect(finished.outcome).toMatchObject({ type: "succeeded" });
  });
});

describe("a fork bomb", () => {
  test.for([
    ["", BOMB],
    [" whose processes begin sessions of their own", SCATTERED],
  ] as const)("%s is ended at its limit, and nothing of it is left", async ([, command]) => {
    const finished = await within({ processes: 100 }, command);
    expect(finished.outcome).toMatchObject({
      type: "failed",
      reason: "processes",
      retryable: true,
      error: { code: "processes", message: expect.stringMatching(/^more than 100 processes at once/) },
    });
    expect(left(finished)).toEqual([]);
  });

  test("is ended without a limit of its own, too", async () => {
    const finished = await within({}, BOMB);
    expect(finished.outcome).toMatchObject({
      reason: "processes",
      error: { message: expect.stringContaining("more than 1024") },
    });
    expect(left(finished)).toEqual([]);
  });

  test("harms no command beside it", async () => {
    const executor = executorOf();
    const folder = await mkdtemp(join(tmpdir(), "ultravisor-shell-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [bomb, beside] = await Promise.all(
      [BOMB, "sleep 2; echo done"].map((command) =>
        executor.execute(
          assignmentOf(command, folder),
          hostOf(() => {}),
          new AbortController().signal,
        ),
      ),
    );
    expect(bomb).toMatchObject({ reason: "processes" });
    expect(beside).toMatchObject({ type: "succeeded", output: "done" });
  });
});
