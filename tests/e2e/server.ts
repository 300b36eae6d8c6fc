/** The server under test: started as a user starts it, on a free port, with a data folder and a tasks folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TASK_FILES } from "./task-files.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Server {
  /** The link that the server printed: it signs a browser in. */
  readonly link: string;
  readonly url: string;
  readonly token: string;
  /** A folder to put files in; it goes with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Resolves once the server has printed its link. */
export async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-e2e-"));
  const tasks = join(folder, "tasks");
  await cp(join(ROOT, "tasks"), tasks, { recursive: true });
  for (const [name, text] of Object.entries(TASK_FILES)) await writeFile(join(tasks, name), text);
  const token = "token-of-the-end-to-end-tests";
  const server = spawn(process.execPath, [join(ROOT, "apps/server/start.ts")], {
    cwd: folder,
    env: {
      ...process.env,
      ULTRAVISOR_HOST: "127.0.0.1",
      ULTRAVISOR_PORT: "0",
      ULTRAVISOR_DATA: join(folder, "data"),
      ULTRAVISOR_TASKS: tasks,
      ULTRAVISOR_TOKEN: token,
      ULTRAVISOR_LOG: "warn",
      NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compiled"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const link = await printedLink(server);
  const stop = async (): Promise<void> => {
    const exit = server.exitCode === null ? once(server, "exit") : null;
    server.kill("SIGTERM");
    await exit;
    await rm(folder, { recursive: true, force: true });
  };
  return { link, url: new URL(link).origin, token, folder, stop };
}

async function printedLink(server: ChildProcess): Promise<string> {
  if (server.stdout === null || server.stderr === null) throw new Error("the server's output is piped");
  let said = "";
  server.stderr.on("data", (text) => {
    said += text;
  });
  for await (const line of createInterface(server.stdout)) {
    said += `${line}\n`;
    const link = /https?:\/\/\S+\/sign-in\?token=\S+/.exec(line)?.[0];
    if (link === undefined) continue;
    server.stdout.resume();
    return link;
  }
  throw new Error(`the server ended before it printed its link; it said:\n${said}`);
}
