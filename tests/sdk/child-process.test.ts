import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

const MODULE = new URL("../../apps/sdk/child-process.ts", import.meta.url).href;

test("a process with a busy main thread dies with its parent", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(
    join(folder, "child.mjs"),
    `import { dieWithParent } from "${MODULE}"; dieWithParent(false); process.send(process.pid, () => { for (;;); });`,
  );
  await writeFile(
    join(folder, "parent.mjs"),
    `import { fork } from "node:child_process"; fork("${join(folder, "child.mjs")}").on("message", (pid) => process.send(pid)); setInterval(() => {}, 1000);`,
  );
  const parent = fork(join(folder, "parent.mjs"), { env: {}, execArgv: [] });
  const [pid] = await once(parent, "message");
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), { timeout: 10_000 });
});

test("a task folder without packages of its own imports ultravisor and what lies beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(
    join(folder, "task.mjs"),
    'import { code, z } from "ultravisor"; import * as zod from "zod"; process.send([typeof code, z === zod.z]);',
  );
  await writeFile(
    join(folder, "main.mjs"),
    `import { resolveUltravisor } from "${MODULE}"; resolveUltravisor(); await import("./task.mjs");`,
  );
  const child = fork(join(folder, "main.mjs"), { env: {}, execArgv: [] });
  expect((await once(child, "message"))[0]).toEqual(["function", true]);
});
