// The databases a queue contract or benchmark runs on: a file, Debian's Redis and Debian's PostgreSQL, each started on a
// free port of this machine in a folder of its own, and ended by process id.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type QueueBaseOptions,
} from "bullmq";
import { createLibsqlBackend } from "../../apps/bullmq-libsql/index.ts";

/** Makes a backend for a queue, whatever lies below. */
export type AnyFactory = (name: string, options: object, role?: Parameters<BackendFactory>[2]) => IQueueBackend;

/** A running database for queues. */
export interface QueueServer {
  name: "libsql" | "redis" | "postgres";
  factory: AnyFactory;
  connection: object;
  stop: () => Promise<void>;
}

/** How to start each kind; undefined where its program is not installed, with the way to get it. */
export const queueServers: {
  name: QueueServer["name"];
  start: (() => Promise<QueueServer>) | undefined;
  hint: string;
}[] = [
  { name: "libsql", start: startLibsql, hint: "" },
  { name: "redis", start: find("redis-server") ? startRedis : undefined, hint: "apt-get install redis-server" },
  { name: "postgres", start: find("postgres") ? startPostgres : undefined, hint: "apt-get install postgresql" },
];

/** A queue file in a temporary folder. */
export async function startLibsql(): Promise<QueueServer> {
  const folder = mkdtempSync(join(tmpdir(), "queue-libsql-"));
  return {
    name: "libsql",
    factory: bound(createLibsqlBackend),
    connection: { url: `file:${join(folder, "queue.db")}` },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Redis as one would run it for a queue: append-only file, written to disk every second. */
export async function startRedis(): Promise<QueueServer> {
  const folder = mkdtempSync(join(tmpdir(), "queue-redis-"));
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "everysec" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(find("redis-server") ?? "redis-server", args, { stdio: "ignore" });
  await answering(port, server);
  return {
    name: "redis",
    factory: bound(createRedisBackend),
    connection: { host: "127.0.0.1", port, maxRetriesPerRequest: null },
    stop: () => end(server, folder),
  };
}

/** PostgreSQL with its own defaults, listening on this machine only. */
export async function startPostgres(): Promise<QueueServer> {
  const folder = mkdtempSync(join(tmpdir(), "queue-postgres-"));
  const port = await freePort();
  const asOwner = unprivileged(folder);
  const initdb = find("initdb") ?? "initdb";
  const data = join(folder, "data");
  execFileSync(initdb, ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], {
    ...asOwner,
    stdio: "ignore",
  });
  const settings = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder];
  const server = spawn(find("postgres") ?? "postgres", settings, { ...asOwner, stdio: "ignore" });
  await answering(port, server);
  await accepting(port);
  return {
    name: "postgres",
    factory: bound(createPostgresBackend),
    connection: { connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, migrate: true },
    stop: () => end(server, folder, "SIGINT"),
  };
}

function bound<C>(factory: BackendFactory<IQueueBackend, C>): AnyFactory {
  return (name, options, role) => factory(name, options as QueueBaseOptions<C>, role);
}

/** PostgreSQL refuses to run as root, so root hands the folder to the account Debian made for it. */
function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })));
  if (uid === undefined || gid === undefined) return {};
  chmodSync(folder, 0o700);
  chownSync(folder, uid, gid);
  return { uid, gid };
}

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...globSync("/usr/lib/postgresql/*/bin"), "/usr/bin"];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function answering(port: number, server: ChildProcess): Promise<void> {
  // Whoever fails before stopping it leaves no server behind.
  process.once("exit", () => server.kill("SIGKILL"));
  while (!(await answers(port))) {
    if (server.exitCode !== null)
      throw new Error(`expected a server on port ${port}, but it ended with ${server.exitCode}`);
    await pause(20);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** PostgreSQL answers before it accepts clients. */
async function accepting(port: number): Promise<void> {
  const { Client } = await import("pg");
  for (;;) {
    const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
    try {
      await client.connect();
      return await client.end();
    } catch {
      await pause(20);
    }
  }
}

async function end(server: ChildProcess, folder: string, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const gone = new Promise((resolve) => server.once("exit", resolve));
  if (server.exitCode === null) {
    server.kill(signal);
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}
