/** One server for the facts of a test file, with the task files that these need. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { makeFolder, startServer, type TestRun, type TestServer } from "./server.ts";

export interface Fact {
  readonly task: string;
  readonly key: string | null;
  readonly state: string;
  readonly reason: string;
  readonly attempt: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface Problem {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
  readonly mend: string;
}

export interface Ran {
  readonly run: TestRun;
  /** All task runs of the run, in the order in which they came into being. */
  readonly all: readonly Fact[];
  /** The operation's own tasks, by name. */
  readonly tasks: Readonly<Record<string, Fact>>;
  /** Subtasks of one of them. */
  of(task: string): readonly Fact[];
}

export interface Oracle {
  readonly server: TestServer;
  /** Where its task files are. */
  readonly tasks: string;
  run(name: string, input?: object): Promise<Ran>;
  /** What was said against one of its broken files. */
  refused(path: string): Promise<readonly Problem[]>;
  /** JSON and status of any request below `/api`, refused or not. */
  ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
}

export type Files = Readonly<Record<string, string>>;

export interface OracleOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Task files that are to be refused. */
  readonly broken?: Files;
}

/** Starts it before the tests of the file, and ends it behind them. What it cannot load fails all of them. */
export function oracle(files: Files, { env = {}, broken = {} }: OracleOptions = {}): Oracle {
  const ends: (() => void)[] = [];
  let started: { server: TestServer; tasks: string } | undefined;
  beforeAll(async () => {
    const tasks = join(
      makeFolder((work) => ends.push(work)),
      "tasks",
    );
    mkdirSync(tasks);
    writeFiles(tasks, { ...files, ...broken });
    const server = await startServer({ tasks, env, onEnd: (work) => ends.push(work) });
    started = { server, tasks };
    const { problems } = await server.get<{ problems: readonly { path: string }[] }>("/tasks");
    const unexpected = problems.filter(({ path }) => broken[path] === undefined);
    expect(unexpected).toEqual([]);
  });
  afterAll(() => {
    for (const end of ends.reverse()) end();
  });
  const house = () => started ?? expect.fail("the server is not there");
  return {
    get server() {
      return house().server;
    },
    get tasks() {
      return house().tasks;
    },
    run: (name, input = {}) => runOf(house().server, name, input),
    async refused(path) {
      const { problems } = await house().server.get<{ problems: readonly Problem[] }>("/tasks");
      return problems.filter((problem) => problem.path === path);
    },
    ask: (method, path, body) => askFor(house().server, method, path, body),
  };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function runOf(server: TestServer, operation: string, input: object): Promise<Ran> {
  const { id } = await server.post<{ id: string }>("/runs", { operation, input });
  return ranOf(server, await server.finished(id));
}

export async function ranOf(server: TestServer, run: TestRun): Promise<Ran> {
  const { items } = await server.get<{
    items: readonly (Fact & { readonly parent: string | null; readonly id: string })[];
  }>(`/runs/${run.id}/tasks?limit=500`);
  const roots = items.filter((item) => item.parent === null);
  return {
    run,
    all: items,
    tasks: Object.fromEntries(roots.map((item) => [item.task, item])),
    of: (task) =>
      items.filter((item) => item.parent !== null && item.parent === roots.find((root) => root.task === task)?.id),
  };
}

async function askFor(
  server: TestServer,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}
