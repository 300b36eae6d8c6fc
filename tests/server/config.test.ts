import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../../apps/server/config.ts";

function makeFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("Without settings everything lies below the working folder and nobody else can reach it", async () => {
  const folder = makeFolder();
  expect(await readConfig({}, folder)).toMatchObject({
    ...{ host: "127.0.0.1", port: 54_321, token: null, queueUrl: "libsql", firstRun: true },
    ...{
      dataFolder: join(folder, "data"),
      tasksFolder: join(folder, "tasks"),
      filesFolder: join(folder, "data/files"),
    },
    databaseUrl: `file:${join(folder, "data/ultravisor.db")}`,
  });
});

test("A setting that is empty counts as not set", async () => {
  expect(await readConfig({ ULTRAVISOR_PORT: "", ULTRAVISOR_TOKEN: "" }, makeFolder())).toMatchObject({
    port: 54_321,
    token: null,
  });
});

test("The file names settings, the environment wins", async () => {
  const folder = makeFolder({
    "ultravisor.config.ts": 'export default { ULTRAVISOR_PORT: 1, ULTRAVISOR_HOST: "::1" };',
  });
  expect(await readConfig({ ULTRAVISOR_PORT: "2" }, folder)).toMatchObject({ port: 2, host: "::1" });
});

test.each([
  [{ ULTRAVISOR_PORT: "abc" }, "ULTRAVISOR_PORT: expected a port number from 0 to 65535"],
  [{ ULTRAVISOR_PORT: "70000" }, "ULTRAVISOR_PORT: expected a port number from 0 to 65535"],
  [{ ULTRAVISOR_QUEUE: "rabbit://x" }, "ULTRAVISOR_QUEUE: expected libsql, redis://… or postgres://…"],
  [{ ULTRAVISOR_TOKEN: "short" }, "ULTRAVISOR_TOKEN: expected at least 16 characters"],
  [{ ULTRAVISOR_CONCURRENCY: "many" }, "ULTRAVISOR_CONCURRENCY: expected such as shell=4,browser=8,code=4"],
  [{ ULTRAVISOR_RATE_LIMIT: "0" }, "ULTRAVISOR_RATE_LIMIT: expected requests per second from 1 to 999999, or off"],
])("%j is refused with its rule", async (env, message) => {
  await expect(readConfig(env, makeFolder())).rejects.toThrow(message);
});

test("An unknown key of the file is refused by name", async () => {
  const folder = makeFolder({ "ultravisor.config.ts": "export default { PORT: 1 };" });
  await expect(readConfig({}, folder)).rejects.toThrow(/PORT/);
});

test("Limits are per kind, and those not named keep their default", async () => {
  const { concurrency } = await readConfig({ ULTRAVISOR_CONCURRENCY: "shell=7, code=0" }, makeFolder());
  expect(concurrency).toMatchObject({ shell: 7, code: 1 });
  expect(concurrency.browser).toBeGreaterThan(1);
});

test("Half of the browser tasks hold a page of Chromium's, or as many as are asked for", async () => {
  const { concurrency, pages } = await readConfig({}, makeFolder());
  expect(concurrency.browser).toBe(2 * pages);
  expect(await readConfig({ ULTRAVISOR_CONCURRENCY: "browser=5" }, makeFolder())).toMatchObject({ pages: 5 });
});

test.each([
  [undefined, { local: { perSecond: 1000, burst: 2000 }, remote: { perSecond: 100, burst: 200 } }],
  ["100", { local: { perSecond: 100, burst: 200 }, remote: { perSecond: 100, burst: 200 } }],
  ["off", { local: null, remote: null }],
])("A rate limit of %j means %j", async (text, limits) => {
  const env = text === undefined ? {} : { ULTRAVISOR_RATE_LIMIT: text };
  expect((await readConfig(env, makeFolder())).rateLimits).toEqual(limits);
});

test("Tasks see the way to programs and the language, never the token or anybody's secret", async () => {
  const env = {
    PATH: "/bin",
    LC_ALL: "C",
    HTTPS_PROXY: "http://p",
    ULTRAVISOR_TOKEN: "0123456789abcdef",
    AWS_SECRET: "x",
  };
  expect((await readConfig(env, makeFolder())).taskEnvironment).toEqual({
    PATH: "/bin",
    LC_ALL: "C",
    HTTPS_PROXY: "http://p",
  });
});
