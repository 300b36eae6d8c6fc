/** What the engine benchmark measures. Each measure starts a server of its own, as users do, and gives figures beside a bar. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type BenchRun, type BenchServer, startBenchServer } from "./server.ts";

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `>= 500`, `< 15`. */
  readonly bar: string;
  readonly met: boolean;
  readonly detail?: string;
}

export type Measure = () => Promise<readonly Figure[]>;

const CORES = availableParallelism();
const NOTHING = 'import { code } from "ultravisor";\nexport default code({ async run() {} });\n';
const FAN = `import { code, z } from "ultravisor";
export default code({
  input: z.object({ children: z.int() }),
  limits: { subtasks: 200_000 },
  async run({ input, spawn }) {
    const children = Array.from({ length: input.children }, (_, n) => ({ children: 0, n: n + 1 }));
    if (children.length > 0) await spawn(children, { key: (child) => String(child.n) });
  },
});
`;
const FILES: Readonly<Record<string, string>> = {
  "nothing.ts": NOTHING,
  "fan.ts": FAN.replace("children: z.int()", "children: z.int(), n: z.int().default(0)"),
  "chain.yaml": "flow: a; b; c\ntasks:\n  a: { use: nothing }\n  b: { use: nothing }\n  c: { use: nothing }\n",
  "commands.yaml": `input: { list: { type: array, items: { type: integer } } }
flow: one
tasks:
  one: { shell: "true", each: "\${input.list}" }
`,
};

/** A server with these task files, for as long as `use` takes. */
async function withServer<T>(
  files: Readonly<Record<string, string>>,
  use: (server: BenchServer, folders: { data: string; tasks: string }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "engine-bench-"));
  const folders = { data: join(folder, "data"), tasks: join(folder, "tasks") };
  mkdirSync(folders.tasks);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folders.tasks, name), text);
  const server = await startBenchServer({ ...folders, env: { ULTRAVISOR_LOG: "warn" } });
  try {
    return await use(server, folders);
  } finally {
    await server.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs of a task that does nothing: asked for over HTTP, executed in a runner, recorded. */
export const codeRuns: Measure = () =>
  withServer(FILES, async (server) => {
    await runAll(server, "nothing", 100);
    const rates = [];
    for (let round = 0; round < 3; round++) rates.push(await rate(1000, () => runAll(server, "nothing", 1000)));
    return [figure("no-op code tasks, each a run of its own", median(rates), "runs/s", ">=", 500)];
  });

async function runAll(server: BenchServer, task: string, count: number): Promise<void> {
  let left = count;
  const ask = async (): Promise<void> => {
    while (left-- > 0) await server.post("/runs", { task });
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  await settled(server);
}

/** Resolves when no run is open. */
async function settled(server: BenchServer): Promise<void> {
  for (;;) {
    const open = await Promise.all(
      ["queued", "running"].map((state) => server.get<{ items: unknown[] }>(`/runs?status=${state}&limit=1`)),
    );
    if (open.every(({ items }) => items.length === 0)) return;
    await pause(10);
  }
}

/** Commands that do nothing, as subtasks of one run, beside the same commands started by a loop. */
export const commands: Measure = () =>
  withServer(FILES, async (server) => {
    const list = Array.from({ length: 400 }, (_, n) => n);
    const ours = [];
    const raw = [];
    for (let round = 0; round < 3; round++) {
      raw.push(await rate(list.length, () => spawnAll(list.length)));
      const { id } = await server.post<{ id: string }>("/runs", { task: "commands", input: { list } });
      ours.push((list.length / durationOf(await server.finished(id))) * 1000);
    }
    const ratio = median(ours) / median(raw);
    const detail = `${Math.round(median(ours))}/s beside ${Math.round(median(raw))}/s of a loop with spawn`;
    return [figure("shell tasks, against a loop with spawn", ratio, "×", ">=", 0.8, detail)];
  });

async function spawnAll(count: number): Promise<void> {
  let left = count;
  const start = async (): Promise<void> => {
    while (left-- > 0) await once(spawn("/bin/sh", ["-c", "true"], { stdio: ["ignore", "pipe", "pipe"] }), "close");
  };
  await Promise.all(Array.from({ length: Math.max(2, CORES) }, start));
}

interface Listed {
  readonly items: readonly { readonly startedAt: string; readonly finishedAt: string }[];
}

/** What a chain of three takes beyond the time of its tasks. */
export const chain: Measure = () =>
  withServer(FILES, async (server) => {
    const added = [];
    for (let round = 0; round < 25; round++) {
      const { id } = await server.post<{ id: string }>("/runs", { operation: "chain" });
      const run = await server.finished(id);
      const { items } = await server.get<Listed>(`/runs/${id}/tasks`);
      const own = items.reduce(
        (sum, { startedAt, finishedAt }) => sum + Date.parse(finishedAt) - Date.parse(startedAt),
        0,
      );
      added.push(Date.parse(run.finishedAt ?? "") - Date.parse(run.createdAt) - own);
    }
    return [figure("a chain of three tasks, beyond their own time", median(added.slice(5)), "ms", "<", 15)];
  });

/** One task with 10,000 subtasks, and the same with the server killed in the middle. */
export const fanOut: Measure = () =>
  withServer(FILES, async (first, folders) => {
    const whole = await first.finished((await startFan(first)).id);
    const killed = await startFan(first);
    while (((await first.get<BenchRun>(`/runs/${killed.id}`)).counts.succeeded ?? 0) < 5000) await pause(50);
    await first.kill("SIGKILL");
    const second = await startBenchServer({ ...folders, env: { ULTRAVISOR_LOG: "error" } });
    const run = await second.finished(killed.id);
    await second.kill("SIGTERM");
    const lost = 10_001 - (run.counts.succeeded ?? 0);
    return [
      figure("a fan-out of 10,000 subtasks, and the join", durationOf(whole) / 1000, "s", "<", 30),
      figure("the same, killed in the middle: lost", lost, "", "<=", 0, `start to end ${durationOf(run) / 1000} s`),
    ];
  });

function startFan(server: BenchServer): Promise<{ id: string }> {
  return server.post("/runs", { task: "fan", input: { children: 10_000 } });
}

interface Scheduled {
  readonly items: readonly { readonly createdAt: string; readonly trigger: { readonly nominalAt: string } }[];
}

const TICK = `import { code, every, z } from "ultravisor";
export default code({
  input: z.object({ n: z.int() }),
  triggers: [1, 2, 3, 4, 5].map((n) => every("1s", { overlap: "parallel", input: { n } })),
  async run() {},
});
`;

/** Five runs a second while a fan-out keeps the server busy. */
export const lateness: Measure = () =>
  withServer({ ...FILES, "tick.ts": TICK }, async (server) => {
    await startFan(server);
    await pause(20_000);
    const { items } = await server.get<Scheduled>("/runs?name=tick&limit=200");
    const lates = items.map((run) => Date.parse(run.createdAt) - Date.parse(run.trigger.nominalAt));
    const sorted = lates.toSorted((a, b) => a - b);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
    const detail = `${sorted.length} runs, median ${median(lates)} ms, most ${sorted.at(-1)} ms`;
    return [figure("lateness of scheduled runs under load, p99", p99, "ms", "<", 50, detail)];
  });

/** Ten thousand schedule entries of which none is due. */
export const idleSchedules: Measure = () => {
  const triggers = Array.from({ length: 100 }, (_, n) => `  - { cron: "${n % 60} 3 1 1 *", timezone: Europe/London }`);
  const files = Array.from({ length: 100 }, (_, n) => [
    `idle-${n}.yaml`,
    `shell: "true"\ntriggers:\n${triggers.join("\n")}\n`,
  ]);
  return withServer(Object.fromEntries(files), async (server) => {
    // What a start leaves behind is collected at the first quiet moment; that is no cost of schedules.
    await pause(20_000);
    const before = server.usage();
    await pause(10_000);
    const after = server.usage();
    const detail = `${Math.round(after.rss / 1e6)} MB resident`;
    return [figure("10,000 schedules, none due: CPU", (after.cpu - before.cpu) / 100, "%", "<", 1, detail)];
  });
};

function figure(what: string, value: number, unit: string, how: ">=" | "<" | "<=", limit: number, detail = ""): Figure {
  const met = how === ">=" ? value >= limit : how === "<" ? value < limit : value <= limit;
  return { what, value: Math.round(value * 100) / 100, unit, bar: `${how} ${limit}`, met, detail };
}

function durationOf(run: BenchRun): number {
  return Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt ?? "");
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (count / (performance.now() - from)) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
