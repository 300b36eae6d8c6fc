import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { findProcesses, sweepOrphans } from "../../../apps/server/shell/processes.ts";

test("processes of an earlier incarnation on the same data are swept, all others stay", async () => {
  const data = randomUUID();
  const start = (environment: Record<string, string>) =>
    spawn("sleep", ["300"], { env: environment, detached: true, stdio: "ignore" });
  const old = start({ ULTRAVISOR_DATA: data, ULTRAVISOR_BOOT: "old" });
  const own = start({ ULTRAVISOR_DATA: data, ULTRAVISOR_BOOT: "new" });
  const other = start({ ULTRAVISOR_DATA: randomUUID(), ULTRAVISOR_BOOT: "old" });
  const person = start({ ULTRAVISOR_DATA: data });
  await Promise.all([old, own, other, person].map((child) => once(child, "spawn")));
  const ended = once(old, "exit");
  expect(await sweepOrphans(data, "new")).toBe(1);
  expect((await ended)[1]).toBe("SIGKILL");
  expect(findProcesses({ ULTRAVISOR_DATA: data }).sort()).toEqual([own.pid, person.pid].sort());
  for (const child of [own, other, person]) child.kill("SIGKILL");
});
