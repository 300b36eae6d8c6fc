/** A crawl of the generated site by a whole server, started for a benchmark. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchServer, startBenchServer } from "./server.ts";

const TASK = `import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ url: z.url() }),
  limits: { subtasks: 1_000_000 },
  perHost: { concurrency: 16 },
  render: "never",
  async run({ input, visit, spawn, save }) {
    const page = await visit(input.url);
    await save("pages", { url: page.url, title: page.title });
    await spawn(page.links({ scope: "same-host" }).map((url) => ({ url })), { key: (i) => i.url });
  },
});
`;

export interface Crawl {
  readonly server: BenchServer;
  /** Its id. */
  readonly run: string;
  /** The address of the site's first page. */
  readonly site: string;
  /** Another server on the same data. */
  again(): Promise<BenchServer>;
}

/** Starts a server and its crawl of so many pages, for as long as `use` takes; whichever server is the last is stopped. */
export async function withCrawl<T>(pages: number, use: (crawl: Crawl) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "engine-crawl-"));
  const folders = { data: join(folder, "data"), tasks: join(folder, "tasks") };
  mkdirSync(folders.tasks);
  writeFileSync(join(folders.tasks, "crawl.ts"), TASK);
  const site = spawn(process.execPath, [join(import.meta.dirname, "site.ts"), String(pages)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const url = await new Promise<string>((done) =>
    site.stdout?.once("data", (line: Buffer) => done(String(line).trim())),
  );
  const start = (): Promise<BenchServer> => startBenchServer({ ...folders, env: { ULTRAVISOR_LOG: "info" } });
  let server = await start();
  try {
    const { id } = await server.post<{ id: string }>("/runs", { task: "crawl", input: { url } });
    const again = async (): Promise<BenchServer> => {
      server = await start();
      return server;
    };
    return await use({ server, run: id, site: url, again });
  } finally {
    site.kill();
    await server.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}
