import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../apps/server/core/json.ts";
import { createKeyNews } from "../../../apps/server/core/key-news.ts";
import { createKnownKeys } from "../../../apps/server/core/known-keys.ts";
import { code, lab } from "./runners.ts";

describe("a script", () => {
  test("succeeds with its output, and everything it asked for takes effect with it", async () => {
    const { task, start, folder } = await lab();
    const spec = await task(
      code(
        `
        await save("pages", { url: input.url, at: undefined }, { key: "k" });
        await spawn([{ url: "b", depth: 1 }, { depth: 1, url: "c" }]);
        await spawn({ url: "d" }, { key: (i) => i.url, task: "other" });
        const file = await saveFile("hello", { name: "../hello.txt" });
        report({ pages: 1 }); report({ files: 1 });
        return { sum: input.depth + 1, sha: file.sha256, names: [run.name, task.name, task.attempt] };`,
        "input: z.object({ url: z.string(), depth: z.int().default(2) }),",
      ),
    );
    const { outcome } = start(spec, { assignment: { input: { url: "a" } } });
    const result = await outcome;
    expect(result).toMatchObject({
      type: "succeeded",
      output: { sum: 3, names: ["demo", "demo", 1] },
      records: [{ collection: "pages", key: "k", data: { url: "a" } }],
      spawned: [
        { task: null, key: '{"depth":1,"url":"b"}', input: { url: "b", depth: 1 } },
        { task: null, key: '{"depth":1,"url":"c"}' },
        { task: "other", key: "d", input: { url: "d" } },
      ],
      files: [{ role: "output", name: "hello.txt", size: 5, type: "text/plain", url: null }],
      report: { pages: 1, files: 1 },
      usage: { cpuMs: expect.any(Number), peakMemoryBytes: expect.any(Number) },
    });
    const sha = (result as unknown as { output: { sha: string } }).output.sha;
    expect(await readFile(join(folder, "files", sha.slice(0, 2), sha), "utf8")).toBe("hello");
  });

  test("does not send subtasks that its run has, unless they may have been deleted since", async () => {
    const { task, start } = await lab();
    const spec = await task(code('await spawn(["a", "b"].map((n) => ({ n })), { key: (i) => i.n });'), {
      fixtures: ["spawn"],
    });
    const keys = createKeyNews(createKnownKeys());
    const spawned = async (): Promise<string[]> => {
      const outcome = await start(spec, { keys, assignment: { runId: "run" } }).outcome;
      return outcome.type === "succeeded" ? outcome.spawned.map(({ key }) => key) : [];
    };
    expect(await spawned()).toEqual(["a", "b"]);
    keys.add("run", "demo", "a");
    keys.add("run", "other", "b");
    expect(await spawned()).toEqual(["b"]);
    keys.clear();
    expect(await spawned()).toEqual(["a", "b"]);
  });

  test("that throws fails, may be tried again, and what it asked for is dropped", async () => {
    const { task, start } = await lab();
    const spec = await task(code(`await save("pages", { a: 1 }); throw new TypeError("no price on the page");`));
    expect(await start(spec).outcome).toMatchObject({
      type: "failed",
      reason: "error",
      retryable: true,
      error: { code: "error", message: "no price on the page", stack: expect.stringContaining(spec.file) },
    });
  });

  test("ends on purpose by skip and fail", async () => {
    const { task, start } = await lab();
    const spec = await task(code(`if (input.skip) skip("nothing new"); fail("never again");`));
    expect(await start(spec, { assignment: { input: { skip: true } } }).outcome).toMatchObject({
      type: "skipped",
      message: "nothing new",
    });
    expect(await start(spec).outcome).toMatchObject({
      type: "failed",
      reason: "error",
      retryable: false,
      error: { code: "failed", message: "never again" },
    });
  });

  test("whose input does not fit fails for good, naming the field", async () => {
    const { task, start } = await lab();
    const spec = await task(code("return 1;", "input: z.object({ n: z.int() }),"));
    expect(await start(spec, { assignment: { input: { n: "x" } } }).outcome).toMatchObject({
      type: "failed",
      reason: "invalid_input",
      retryable: false,
      error: { message: expect.stringContaining("input.n") },
    });
  });

  test.each([
    [
      "return { at: new Date() };",
      "the output of run.at must be JSON, got an instance of Date; write `.toISOString()`",
    ],
    ["return { f() {} };", "the output of run.f must be JSON, got a value of type function"],
    ["const a = {}; a.a = a; return a;", "contains itself"],
    ["await spawn({ n: 1n });", "the input of spawn.n must be JSON, got a value of type bigint"],
    ["await save('x', { n: 1n });", 'the record for "x".n must be JSON, got a value of type bigint'],
    ["await spawn({ a: 1 }, { key: () => 7 });", "the key of a subtask must be a text, got 7"],
    ["await saveFile({ path: '/etc/passwd' });", "files of the staging folder only"],
  ])("that hands over no JSON is told so: %s", async (run, message) => {
    const { task, start } = await lab();
    expect(await start(await task(code(run))).outcome).toMatchObject({
      type: "failed",
      error: { message: expect.stringContaining(message) },
    });
  });

  test("reads and writes state through the server", async () => {
    const { task, start } = await lab();
    const state = new Map<string, Json>([["global/count", 4]]);
    const spec = await task(
      code(
        `const n = await state.get("count"); await state.set("count", n + 1); await nodeState.set("seen", { a: [1] }); await state.delete("old");
         const sum = await state.increment("count", 2); const house = await state.merge("house", { warm: true });
         return sum === 7 && house.warm && (await state.get("none")) === undefined;`,
      ),
    );
    expect(await start(spec, { state }).outcome).toMatchObject({ output: true });
    expect([...state]).toEqual([
      ["global/count", 7],
      ["node/seen", { a: [1] }],
      ["global/house", { warm: true }],
    ]);
  });

  test("finds files of its staging folder and keeps them", async () => {
    const { task, start, folder } = await lab();
    await writeFile(join(folder, "staging", "in.csv"), "a,b\n");
    const spec = await task(code(`await saveFile({ path: "in.csv" }); return staging;`));
    expect(await start(spec).outcome).toMatchObject({
      output: join(folder, "staging"),
      files: [{ name: "in.csv", type: "text/csv", size: 4 }],
    });
  });

  test("sees the environment that is allowed and its own, and nothing of the server's", async () => {
    const { task, start } = await lab();
    const spec = await task(code("return Object.keys(process.env).sort();"), { env: { LEVEL: "high" } });
    expect(await start(spec).outcome).toMatchObject({
      output: ["HOME", "LEVEL", "PATH", "TMPDIR", "ULTRAVISOR_BOOT", "ULTRAVISOR_DATA", "ULTRAVISOR_RUNNER"],
    });
  });

  test("whose file is gone, or cannot be imported, fails for good", async () => {
    const { task, start } = await lab();
    const gone = { ...(await task("")), file: "/nowhere/x.ts" };
    expect(await start(gone).outcome).toMatchObject({ type: "failed", reason: "not_found", retryable: false });
    expect(await start(await task("throw new Error('at import');")).outcome).toMatchObject({
      type: "failed",
      reason: "error",
      retryable: false,
      error: { code: "task_file_invalid", message: expect.stringContaining("at import") },
    });
    expect(await start(await task("process.exit(4);")).outcome).toMatchObject({
      type: "failed",
      retryable: false,
      error: { message: expect.stringContaining("exit code 4") },
    });
  });
});

describe("the log", () => {
  test("holds what the script logs, and what it prints goes to the right attempt of several", async () => {
    const { task, start } = await lab();
    const spec = await task(
      code(
        `console.log("printed", input.n); console.error({ deep: { er: input.n } }); log("logged", input.n); await state.get("gate"); console.log("late", input.n);`,
      ),
    );
    const gate = Promise.withResolvers<void>();
    const attempts = [1, 2, 3].map((n) => start(spec, { assignment: { input: { n } }, gate: gate.promise }));
    await Promise.all(attempts.map((attempt) => attempt.said("logged")));
    gate.resolve();
    await Promise.all(attempts.map((attempt) => attempt.outcome));
    attempts.forEach((attempt, index) => {
      const n = index + 1;
      expect(attempt.lines.map((line) => [line.stream, line.text])).toEqual([
        ["stdout", `printed ${n}`],
        ["stderr", `{ deep: { er: ${n} } }`],
        ["log", `logged ${n}`],
        ["stdout", `late ${n}`],
      ]);
    });
  });

  test("of a script that logs without end keeps its beginning and its end", async () => {
    const { task, start } = await lab();
    const spec = await task(
      code(
        `for (let i = 0; i < 200000; i++) { log("line", i, "x".repeat(40)); if (i % 20000 === 0) await state.get("turn"); } return "done";`,
      ),
    );
    const attempt = start(spec);
    expect(await attempt.outcome).toMatchObject({ output: "done" });
    expect(attempt.lines[0]?.text).toContain("line 0 ");
    expect(attempt.lines.at(-1)?.text).toContain("line 199999 ");
    expect(
      attempt.lines
        .filter((line) => line.stream === "system")
        .map((line) => line.text)
        .join(),
    ).toMatch(/\d+ characters of the log dropped here/);
    expect(attempt.lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(5.3 * 1024 * 1024);
  });

  test("holds what is written past the console, when one attempt runs", async () => {
    const { task, start } = await lab();
    const spec = await task(
      `import { execSync } from "node:child_process";\n${code(`process.stdout.write("raw\\n"); execSync("echo from a child >&2", { stdio: "inherit" });`)}`,
    );
    const attempt = start(spec);
    await Promise.all([attempt.outcome, attempt.said("raw"), attempt.said("from a child")]);
    expect(attempt.lines.map((line) => line.stream).sort()).toEqual(["stderr", "stdout"]);
  });
});
