import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { lab } from "./runners.ts";

const at = (path: string): string => new URL(`../../../apps/server/${path}`, import.meta.url).href;

test("a server that is killed leaves no runner, no Chromium and nothing a blocked script started", async () => {
  const made = await lab();
  const blocked = await made.task(
    // Written past the console, it is in the pipe before the loop begins.
    'import { writeSync } from "node:fs";\nimport { code } from "ultravisor";\nexport default code({ run() { writeSync(1, "ready\\n"); for (;;); } });',
  );
  const browsing = await made.task(
    'import { browser } from "ultravisor";\nexport default browser({ async run({ page, log }) { await page.goto("about:blank"); log("ready"); await new Promise(() => {}); } });',
    { kind: "browser", fixtures: ["page", "log"] },
  );
  const server = join(made.folder, "server.ts");
  await writeFile(
    server,
    `import { createRunnerPool } from "${at("runner/pool.ts")}";
     import { killMarked } from "${at("shell/processes.ts")}";
     const log = { debug() {}, info() {}, warn() {}, error() {} };
     const pool = createRunnerPool({ entry: "${new URL(at("runner-main.ts")).pathname}", filesFolder: "${made.folder}/files", chromium: { path: "/usr/bin/chromium-headless-shell", sandbox: false },
       data: "${made.data}", boot: "boot-2", env: { PATH: "/usr/bin:/bin", HOME: "${made.folder}" }, log, killMarked, memoryOf: () => 0 });
     let ready = 0;
     const host = { log: (line) => { if (line.text === "ready" && ++ready === 2) process.send("ready"); } };
     for (const spec of ${JSON.stringify([blocked, browsing])})
       pool.execute({ runId: "r", runName: "r", taskRunId: spec.kind, task: "t", key: null, parent: null, attempt: 1, input: {}, spec, staging: "${made.folder}/staging" }, host, new AbortController().signal);`,
  );
  const child = fork(server, { env: {}, execArgv: ["--disable-warning=ExperimentalWarning"] });
  await once(child, "message");
  expect(made.processes().length).toBeGreaterThan(3);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(made.processes()).toEqual([]), { timeout: 10_000 });
});
