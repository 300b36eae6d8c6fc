import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, makeFolder, type ServerExit, startServer } from "../support/server.ts";

interface Listed<T> {
  readonly items: readonly T[];
}

/** A site of `size` pages where each links to the next few, the first file, and back to the start. */
async function startChain(
  size: number,
): Promise<{ url: string; served: Map<string, number>; reached(count: number): Promise<void> }> {
  const served = new Map<string, number>();
  const waiting: { count: number; done: () => void }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    served.set(path, (served.get(path) ?? 0) + 1);
    for (const wait of waiting) if (served.size >= wait.count) wait.done();
    if (path.endsWith(".pdf"))
      return response.setHeader("content-type", "application/pdf").end("%PDF-1.4 the same bytes everywhere");
    const n = Number(path.slice(2)) || 0;
    const next = [1, 2, 3].map((step) => n + step).filter((page) => page < size);
    const links = next.map((page) => `<a href="/p${page}">page ${page}</a>`).join(" ");
    return response
      .setHeader("content-type", "text/html")
      .end(
        `<title>Page ${n}</title><p>${"text ".repeat(100)}</p><a href="/p0">start</a> <a href="/f${n % 7}.pdf">file</a> ${links}`,
      );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const reached = (count: number): Promise<void> =>
    new Promise((done) => (served.size >= count ? done() : waiting.push({ count, done })));
  return { url: `http://127.0.0.1:${port}/p0`, served, reached };
}

describe("kill -9 in the middle of a crawl", () => {
  test("loses no page and records none twice", async () => {
    const size = 150;
    const site = await startChain(size);
    const first = await startServer();
    const { id } = await first.post<{ id: string }>("/runs", {
      task: "crawl-and-download",
      input: { url: site.url, depth: 200 },
    });
    await site.reached(40);
    await first.kill("SIGKILL");
    const second = await startServer({ data: first.data });
    const run = await second.finished(id);
    expect(run).toMatchObject({ state: "succeeded", counts: { succeeded: size, failed: 0, running: 0, queued: 0 } });
    const pages = await second.get<Listed<{ data: { url: string } }>>("/data/pages?limit=500");
    expect(pages.items).toHaveLength(size);
    expect(new Set(pages.items.map((page) => page.data.url)).size).toBe(size);
    expect((await second.kill("SIGTERM")).code).toBe(0);
  }, 90_000);
});

describe("the server", () => {
  test("crawls its own documentation on its first start", async () => {
    const server = await startServer({ env: { ULTRAVISOR_FIRST_RUN: "on" } });
    const { items } = await server.get<Listed<{ id: string; name: string }>>("/runs");
    expect(items.map((run) => run.name)).toEqual(["crawl-and-download"]);
    const run = await server.finished(items[0]?.id ?? "");
    expect(run.state).toBe("succeeded");
    const files = await server.get<Listed<{ name: string }>>(`/runs/${run.id}/files`);
    expect(files.items.length).toBeGreaterThan(0);
  });

  test("refuses a data folder that another server owns, and says whose it is", async () => {
    const server = await startServer();
    const exit = await startServer({ data: server.data }).catch((error: ServerExit) => error);
    expect(exit).toMatchObject({ code: 2, message: expect.stringContaining(`pid ${server.process.pid}`) });
  });

  test("refuses a port that is in use, and says how to choose another", async () => {
    const port = await freePort();
    await startServer({ port });
    const exit = await startServer({ port }).catch((error: ServerExit) => error);
    expect(exit).toMatchObject({
      code: 2,
      message: expect.stringMatching(new RegExp(`${port}.*ULTRAVISOR_PORT`, "s")),
    });
  });

  test("refuses settings it does not understand, all at once", async () => {
    const exit = await startServer({ env: { ULTRAVISOR_QUEUE: "rabbit://x", ULTRAVISOR_LOG: "loud" } }).catch(
      (error: ServerExit) => error,
    );
    expect(exit).toMatchObject({ code: 2, message: expect.stringMatching(/ULTRAVISOR_QUEUE.*ULTRAVISOR_LOG/s) });
  });

  test("refuses a data folder that is a file, and says what to do", async () => {
    const file = join(makeFolder(), "data");
    writeFileSync(file, "");
    const exit = await startServer({ data: file }).catch((error: ServerExit) => error);
    expect(exit).toMatchObject({ code: 2, message: expect.stringContaining("ULTRAVISOR_DATA") });
  });

  test("keeps its data folder and token to its owner", async () => {
    const data = makeFolder();
    chmodSync(data, 0o755);
    const server = await startServer({ data, env: { ULTRAVISOR_TOKEN: "" } });
    expect(statSync(server.data).mode & 0o777).toBe(0o700);
    const files = readdirSync(server.data).filter((name) => name === "token" || name.includes(".db"));
    expect(files.length).toBeGreaterThan(3);
    for (const name of files) expect(statSync(join(server.data, name)).mode & 0o077, name).toBe(0);
  });

  test("serves the good task files and tells of the bad ones", async () => {
    const tasks = join(makeFolder(), "tasks");
    mkdirSync(tasks);
    writeFileSync(join(tasks, "good.yaml"), "shell: echo fine\n");
    writeFileSync(join(tasks, "bad.yaml"), "shell: [\n");
    const server = await startServer({ tasks });
    const listed = await server.get<Listed<{ name: string }> & { problems: readonly { path: string }[] }>("/tasks");
    expect(listed.items.map((task) => task.name)).toEqual(["good"]);
    expect(listed.problems).toEqual([expect.objectContaining({ path: "bad.yaml" })]);
    expect(existsSync(join(tasks, "good.yaml"))).toBe(true);
  });
});
