import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOMS } from "../../scripts/check-deps/rooms.ts";
import { checkDeps } from "../../scripts/check-deps.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "check-deps-"));
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

describe("A forbidden import", () => {
  const forbidden: readonly [file: string, text: string, says: string][] = [
    ["apps/server/core/retry.ts", 'import { readFile } from "node:fs/promises";', "server/core may not"],
    ["apps/server/core/retry.ts", 'import { z } from "zod";', "may only `import type`"],
    ["apps/server/core/retry.ts", 'import { shell } from "../../sdk/index.ts";', "may only `import type`"],
    ["apps/server/engine/dispatch.ts", 'import { saveRun } from "../store/runs.ts";', "through a port"],
    ["apps/server/engine/dispatch.ts", 'import type { RunRow } from "../store/runs.ts";', "through a port"],
    ["apps/server/engine/dispatch.ts", 'import { Queue } from "bullmq";', "server/engine may not"],
    ["apps/server/http/runs.ts", 'import { sql } from "drizzle-orm";', "server/http may not"],
    ["apps/server/http/runs.ts", 'export { open } from "../files/store.ts";', "server/http may not"],
    ["apps/server/runner/fork.ts", 'const { launch } = await import("../browser/launch.ts");', "server/runner may not"],
    ["apps/server/log.ts", 'import { open } from "./files/store.ts";', "Only main.ts"],
    ["apps/bullmq-libsql/add.ts", 'import { Job } from "bullmq";', "may only `import type`"],
    ["apps/bullmq-libsql/add.ts", 'import type { Run } from "../server/core/entities.ts";', "bullmq-libsql may not"],
    ["apps/web/src/api.ts", 'import { app } from "../../server/http/app.ts";', "may only `import type`"],
    ["apps/cli/run.ts", 'import { createClient } from "@libsql/client";', "cli may not"],
    ["apps/sdk/index.ts", 'type Queue = import("bullmq").Queue;', "sdk may not"],
    [
      "tasks/mirror.ts",
      'import { cron } from "../apps/sdk/triggers.ts";\nimport x from "../apps/server/log.ts";',
      "tasks may not",
    ],
    ["apps/worker/main.ts", "export {};", "lies in no room"],
  ];

  it.each(forbidden)("is refused in %s: %s", (file, text, says) => {
    write(file, text);
    const faults = checkDeps(root);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${file}:\\d+ `));
    expect(faults[0]).toContain(says);
  });

  it("is told by the line it stands on", () => {
    write("apps/server/core/retry.ts", '// A comment.\n\nimport fs from "node:fs";\n');
    expect(checkDeps(root)).toEqual([expect.stringMatching(/^apps\/server\/core\/retry\.ts:3 imports node:fs/)]);
  });
});

describe("An allowed import", () => {
  const allowed: readonly [file: string, text: string][] = [
    [
      "apps/server/core/retry.ts",
      'import type { Duration } from "../../sdk/index.ts";\nimport { Cron } from "croner";',
    ],
    ["apps/server/core/retry.ts", 'import { type ZodType } from "zod";\nimport { retry } from "./words.ts";'],
    ["apps/server/main.ts", 'import { open } from "./store/database.ts";\nimport { work } from "./queue/work.ts";'],
    ["apps/server/runner-main.ts", 'import { launch } from "./browser/launch.ts";'],
    ["apps/server/http/queues.ts", 'import { createBullBoard } from "@bull-board/api";'],
    ["apps/web/src/api.ts", 'import type { App } from "../../server/http/app.ts";\nimport { hc } from "hono/client";'],
    ["tasks/mirror.ts", 'import { browser } from "ultravisor";\nimport { parse } from "papaparse";'],
    ["tests/server/store/runs.test.ts", 'import { open } from "../../../apps/server/store/database.ts";'],
  ];

  it.each(allowed)("passes in %s", (file, text) => {
    write(file, text);
    expect(checkDeps(root)).toEqual([]);
  });
});

describe("The environment", () => {
  const readings = [
    "export const port = process.env.PORT;",
    'export const port = process["env"].PORT;',
    "export const { env } = process;",
    'import { env } from "node:process";',
  ];

  it.each(readings)("is not read outside a config.ts: %s", (text) => {
    write("apps/server/http/runs.ts", text);
    expect(checkDeps(root)).toEqual([expect.stringContaining("only a config.ts may")]);
  });

  it.each(["apps/server/config.ts", "apps/cli/config.ts", "vitest.config.ts", "scripts/setup.ts", "tasks/mirror.ts"])(
    "may be read in %s",
    (file) => {
      write(file, "export const port = process.env.PORT;");
      expect(checkDeps(root)).toEqual([]);
    },
  );
});

describe("The core", () => {
  it.each(["Date.now()", "new Date()", "Math.random()", "performance.now()", "setTimeout(f, 1)"])(
    "never uses %s",
    (code) => {
      write("apps/server/core/retry.ts", `export const x = () => ${code};`);
      expect(checkDeps(root)).toEqual([expect.stringContaining("is pure")]);
    },
  );

  it("may turn a number into a date", () => {
    write("apps/server/core/retry.ts", "export const iso = (at: number): string => new Date(at).toISOString();");
    expect(checkDeps(root)).toEqual([]);
  });
});

describe("The table of rooms", () => {
  it("lets no two rooms import each other, wirings aside", () => {
    const mayImport = (from: string, to: string): boolean =>
      from !== to && ROOMS.some((room) => room.name === from && room.rooms.includes(to));
    const names = [...new Set(ROOMS.map(({ name }) => name))];
    const pairs = names.flatMap((a) => names.filter((b) => mayImport(a, b) && mayImport(b, a)).map((b) => `${a} ${b}`));
    expect(pairs).toEqual([]);
  });
});

describe("The command", () => {
  const repository = path.resolve(import.meta.dirname, "../..");

  it("ends with 1 and names the file when a room reaches into another", () => {
    cpSync(path.join(repository, "scripts"), path.join(root, "scripts"), { recursive: true });
    cpSync(path.join(repository, "package.json"), path.join(root, "package.json"));
    symlinkSync(path.join(repository, "node_modules"), path.join(root, "node_modules"));
    const command = path.join(root, "scripts/check-deps.ts");
    expect(execFileSync(process.execPath, [command], { encoding: "utf8" })).toBe("");

    write("apps/server/store/runs.ts", 'import { Hono } from "hono";');
    const { status, stderr } = spawnSync(process.execPath, [command], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("apps/server/store/runs.ts:1 imports hono, which server/store may not.");
  });
});
