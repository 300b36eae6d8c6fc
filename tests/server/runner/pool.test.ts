import { describe, expect, test, vi } from "vitest";
import type { Json } from "../../../apps/server/core/json.ts";
import { code, lab } from "./runners.ts";

describe("stopping", () => {
  test("lets a script end by its signal at the timeout, and its runner goes on", async () => {
    const { task, start } = await lab();
    const spec = await task(
      code(
        `if (!input.wait) return process.pid; log("pid", process.pid); await new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason)));`,
      ),
      { timeout: 800 },
    );
    const first = start(spec, { assignment: { input: { wait: true } } });
    const pid = Number((await first.said("pid")).text.split(" ")[1]);
    expect(await first.outcome).toMatchObject({
      type: "failed",
      reason: "timeout",
      retryable: true,
      error: { message: "took longer than 0.8 s and was ended" },
    });
    expect(await start(spec).outcome).toMatchObject({ output: pid });
  });

  test("gives up a script that ignores its signal, without harm to an attempt beside it", async () => {
    const { task, start } = await lab({ grace: 100 });
    const spec = await task(
      code(`log("started"); if (!input.good) await new Promise(() => {}); await state.get("gate"); return "good";`),
    );
    const gate = Promise.withResolvers<void>();
    const good = start(spec, { assignment: { input: { good: true } }, gate: gate.promise });
    await good.said("started");
    const cancel = new AbortController();
    const bad = start(spec, { signal: cancel.signal });
    await bad.said("started");
    cancel.abort();
    expect(await bad.outcome).toMatchObject({ type: "cancelled" });
    gate.resolve();
    expect(await good.outcome).toMatchObject({ type: "succeeded", output: "good" });
  });

  test("kills a script that blocks its process, with what it started", async () => {
    const { task, start, processes } = await lab({ grace: 300 });
    const spec = await task(
      `import { spawn } from "node:child_process";\n${code(`spawn("sleep", ["300"], { detached: true }); await state.get("gate"); for (;;) {}`)}`,
      { timeout: 1000 },
    );
    const blocked = start(spec);
    expect(await blocked.outcome).toMatchObject({ type: "failed", reason: "timeout" });
    expect(blocked.lines.at(-1)?.text).toContain("SIGKILL to its runner");
    expect(processes()).toEqual([]);
  });

  test("before there is room starts nothing", async () => {
    const { task, start } = await lab({ maxRunners: 1, slots: 1 });
    const spec = await task(
      code(`log("started"); await new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason)));`),
    );
    const cancel = new AbortController();
    const first = start(spec, { signal: cancel.signal });
    await first.said("started");
    const second = start(spec, { signal: AbortSignal.timeout(50) });
    expect(await second.outcome).toMatchObject({ type: "cancelled" });
    expect(second.lines).toEqual([]);
    cancel.abort();
    await first.outcome;
  });
});

describe("an attempt that holds a page", () => {
  const waiting = (fixtures: string) =>
    `import { browser } from "ultravisor";\nexport default browser({ async run({ ${fixtures}, log, signal }) { log("started"); await new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason))); } });\n`;

  test("waits for others that hold one, whatever their task, and lets pass who holds none", async () => {
    const { task, start } = await lab({ pages: 1 });
    const first = await task(waiting("page"), { kind: "browser", fixtures: ["page", "log", "signal"] });
    const other = await task(`${waiting("page")}//`, { kind: "browser", fixtures: ["page", "log", "signal"] });
    const bare = await task(waiting("visit"), { kind: "browser", fixtures: ["visit", "log", "signal"] });
    const [stop, stopAll] = [new AbortController(), new AbortController()];
    const holding = start(first, { signal: stop.signal });
    await holding.said("started");
    const behind = start(other, { signal: stopAll.signal });
    const beside = start(bare, { signal: stopAll.signal });
    await beside.said("started");
    expect(behind.lines).toEqual([]);
    stop.abort();
    await behind.said("started");
    stopAll.abort();
    await Promise.all([holding.outcome, behind.outcome, beside.outcome]);
  });
});

describe("a runner", () => {
  test("that crashes fails its attempts as crashed, and another takes its place", async () => {
    const { task, start } = await lab();
    const die = `process.stderr.write("last words\\n"); process.kill(process.pid, "SIGSEGV");`;
    const spec = await task(
      code(`log("started"); if (input.die) { ${die} } if (input.wait) await new Promise(() => {}); return "alive";`),
    );
    const beside = start(spec, { assignment: { input: { wait: true } } });
    await beside.said("started");
    const dying = start(spec, { assignment: { input: { die: true, wait: true } } });
    const crash = {
      type: "failed",
      reason: "crashed",
      retryable: true,
      error: { code: "crashed", message: expect.stringMatching(/SIGSEGV.*last words/s) },
    };
    expect(await Promise.all([dying.outcome, beside.outcome])).toMatchObject([crash, crash]);
    expect(await start(spec).outcome).toMatchObject({ output: "alive" });
  });

  test("serves several attempts, is used again, and goes when its file was edited", async () => {
    const { task, start, processes } = await lab();
    const spec = await task(code(`log("started"); await state.get("gate"); return process.pid;`));
    const gate = Promise.withResolvers<void>();
    const together = [1, 2, 3].map(() => start(spec, { gate: gate.promise }));
    await Promise.all(together.map(({ said }) => said("started")));
    gate.resolve();
    const pids = await Promise.all(together.map(async ({ outcome }) => ((await outcome) as { output: Json }).output));
    expect(new Set([...pids, ((await start(spec).outcome) as { output: Json }).output]).size).toBe(1);
    const edited = (await start({ ...spec, hash: "edited" }).outcome) as { output: Json };
    expect(edited.output).not.toBe(pids[0]);
    await vi.waitFor(() => expect(processes()).toEqual([edited.output]));
  });

  test("goes when it was idle, or when another file needs its place", async () => {
    const { task, start, processes } = await lab({ maxRunners: 1, idleMs: 300 });
    await start(await task(code("return 1;"))).outcome;
    const second = (await start(await task(code("return process.pid;"))).outcome) as { output: Json };
    await vi.waitFor(() => expect(processes()).toEqual([second.output]));
    await vi.waitFor(() => expect(processes()).toEqual([]));
  });

  test("that is never idle makes room for another file after a while", async () => {
    const { task, start } = await lab({ maxRunners: 1, slots: 2, turnMs: 100 });
    const busy = await task(code("await new Promise((r) => setTimeout(r, 30));"));
    const other = await task(code("return 'other';"));
    let served = false;
    const keepBusy = async (): Promise<void> => {
      while (!served) await start(busy).outcome;
    };
    const chains = [keepBusy(), keepBusy()];
    expect(await start(other).outcome).toMatchObject({ output: "other" });
    served = true;
    await Promise.all(chains);
  });

  test("survives a promise that nobody waits for", async () => {
    const { task, start } = await lab();
    const spec = await task(code(`Promise.reject(new Error("floating")); await state.get("gate"); return "alive";`));
    const attempt = start(spec);
    expect(await attempt.outcome).toMatchObject({ output: "alive" });
    await attempt.said("floating");
  });
});

describe("a memory limit", () => {
  const greedy = code(
    `log("started"); const held = []; while (input.greedy && held.length < 40) { held.push(Buffer.alloc(10e6, 1)); await state.get("more"); } if (held.length) await new Promise(() => {}); await state.get("gate"); return process.pid;`,
  );

  test("ends the attempt that takes more with its runner, and no other one", async () => {
    const { task, start } = await lab();
    const spec = await task(greedy, { attemptLimits: { memory: 150e6 } });
    const bad = start(spec, { assignment: { input: { greedy: true } } });
    const gate = Promise.withResolvers<void>();
    const good = start(spec, { gate: gate.promise });
    await good.said("started");
    expect(await bad.outcome).toMatchObject({
      type: "failed",
      reason: "memory",
      retryable: true,
      error: { code: "memory", message: expect.stringMatching(/^memory [\d.]+ MB > 150 MB/) },
    });
    gate.resolve();
    expect(await good.outcome).toMatchObject({ type: "succeeded" });
    expect(await start(spec).outcome).toMatchObject({ type: "succeeded" });
  });

  test("ends a script that blocks its process, too", async () => {
    const { task, start } = await lab();
    const spec = await task(
      code(
        `const held = []; for (const end = Date.now() + 15000; Date.now() < end; ) if (held.length < 40) held.push(Buffer.alloc(10e6, 1));`,
      ),
      { attemptLimits: { memory: 150e6 } },
    );
    expect(await start(spec).outcome).toMatchObject({ type: "failed", reason: "memory" });
  });

  test("gives an attempt a runner to itself", async () => {
    const { task, start } = await lab();
    const spec = await task(greedy, { attemptLimits: { memory: 150e6 } });
    const gate = Promise.withResolvers<void>();
    const both = [start(spec, { gate: gate.promise }), start(spec, { gate: gate.promise })];
    await Promise.all(both.map(({ said }) => said("started")));
    gate.resolve();
    const [one, two] = await Promise.all(both.map(({ outcome }) => outcome));
    expect(one).toMatchObject({ type: "succeeded" });
    expect(one).not.toMatchObject({ output: two && "output" in two ? two.output : null });
  });
});
