import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpProxy } from "../../support/proxy.ts";
import { type Lab, lab } from "./runners.ts";

const PAGES: Readonly<Record<string, string>> = {
  "/": '<title>Shop</title><h1>Price <b id="p"></b></h1><a href="/two">two</a><a href="/a.pdf">pdf</a><script>document.querySelector("#p").textContent = "42"</script>',
  "/two": "<title>Two</title>",
  "/plain": '<title>Shop</title><h1>Price 42</h1><a href="/a.pdf">pdf</a>',
  "/a.pdf": "%PDF-1.4",
  "/hang": "",
};

async function site(): Promise<string> {
  const server = createServer((request, response) => {
    const body = PAGES[request.url ?? ""];
    if (request.url === "/hang") return;
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": request.url?.endsWith(".pdf") ? "application/pdf" : "text/html",
    });
    response.end(body ?? "gone");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function browserTask(made: Lab, names: string, run: string, timeout = 25_000): ReturnType<Lab["task"]> {
  const text = `import { browser } from "ultravisor";\nexport default browser({ async run({ input, ${names} }) { ${run} } });\n`;
  return made.task(text, {
    kind: "browser",
    fixtures: ["input", ...names.split(", ").filter((name) => name !== "")],
    timeout,
  });
}

describe("a browser task", () => {
  test("visits and downloads without Chromium when it does not name page, nor a page needs it", async () => {
    const made = await lab();
    const spec = await browserTask(
      made,
      "visit, download, spawn",
      `const page = await visit(input.url); for (const url of page.links({ files: "pdf" })) await download(url); await spawn({ url: page.url }); return page.title;`,
    );
    const { outcome } = made.start(spec, { assignment: { input: { url: `${await site()}/plain` } } });
    expect(await outcome).toMatchObject({
      type: "succeeded",
      output: "Shop",
      files: [{ role: "download", name: "a.pdf", type: "application/pdf", size: 8 }],
      usage: { tiers: { http: 1, browser: 0 } },
    });
    expect(made.processes()).toHaveLength(1);
  });

  test("scripts a real page when it names it, and its Chromium ends with the runner", async () => {
    const made = await lab();
    const spec = await browserTask(
      made,
      "page",
      `await page.goto(input.url); return page.locator("#p").textContent();`,
    );
    expect(await made.start(spec, { assignment: { input: { url: await site() } } }).outcome).toMatchObject({
      type: "succeeded",
      output: "42",
    });
    expect(made.processes().length).toBeGreaterThan(1);
    await made.pool.close();
    expect(made.processes()).toEqual([]);
  });

  test("may be a recorded flow, whose screenshot is kept if that is asked for", async () => {
    const made = await lab();
    const steps = [{ type: "navigate", url: `${await site()}/${"${input.path}"}` }];
    const text = JSON.stringify({ title: "Look", ultravisor: { screenshot: true }, steps });
    const fixtures = ["input", "page", "replay", "saveFile"];
    const spec = await made.task(text, { kind: "browser", fixtures }, "json");
    const { outcome, lines } = made.start(spec, { assignment: { input: { path: "two" } } });
    expect(await outcome).toMatchObject({
      output: { title: "Two", steps: 1, url: expect.stringMatching(/two$/) },
      files: [{ role: "output", name: "screenshot.png", type: "image/png" }],
    });
    expect(lines.map((line) => line.text)).toEqual([expect.stringMatching(/^step 1 of 1 \(navigate http.*two\)$/)]);
  });

  test("leaves nothing temporary behind, Chromium's profile included, though its runner is killed", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "r-"));
    onTestFinished(() => rm(temporary, { recursive: true }));
    const made = await lab({ env: { PATH: "/usr/bin:/bin", HOME: temporary, TMPDIR: temporary } });
    const spec = await browserTask(made, "page", "await page.goto(input.url);");
    await made.start(spec, { assignment: { input: { url: await site() } } }).outcome;
    const [runner = ""] = await readdir(temporary);
    expect((await readdir(join(temporary, runner))).some((name) => name.includes("profile"))).toBe(true);
    await made.pool.close();
    expect(await readdir(temporary)).toEqual([]);
  });

  test("goes through the proxy of its file, or of a variable of the server, and tells neither's password", async () => {
    const made = await lab();
    const url = await site();
    const proxy = await httpProxy();
    const make = (option: string) =>
      made.task(
        `import { browser } from "ultravisor";\nexport default browser({ proxy: ${option}, async run({ input, visit }) { return (await visit(input.url)).title; } });\n`,
        { kind: "browser", fixtures: ["input", "visit"] },
      );
    const [own, named] = [await make(JSON.stringify(proxy.url)), await make('{ secretEnv: "P" }')];
    const assignment = { input: { url: `${url}/two` } };
    expect(await made.start(own, { assignment }).outcome).toMatchObject({ output: "Two" });
    expect(await made.start(named, { assignment, proxy: proxy.url }).outcome).toMatchObject({ output: "Two" });
    expect(proxy.asked.length).toBeGreaterThan(1);
    expect(await made.start(named, { assignment }).outcome).toMatchObject({
      error: { code: "proxy_failed", message: expect.stringContaining("variable P of the server, which is not set") },
    });
  });

  test("that fails on its page leaves a screenshot and a trace", async () => {
    const made = await lab();
    const spec = await browserTask(made, "page", `await page.goto(input.url); throw new Error("no price");`);
    const outcome = await made.start(spec, { assignment: { input: { url: await site() } } }).outcome;
    expect(outcome).toMatchObject({ type: "failed", reason: "error" });
    expect("files" in outcome ? outcome.files.map((file) => file.role) : []).toEqual(
      expect.arrayContaining(["screenshot", "trace"]),
    );
  });

  test("whose page is not there fails for good, but as a subtask is skipped", async () => {
    const made = await lab();
    const spec = await browserTask(made, "visit", "await visit(input.url);");
    const input = { url: `${await site()}/missing` };
    expect(await made.start(spec, { assignment: { input } }).outcome).toMatchObject({
      type: "failed",
      reason: "not_found",
      retryable: false,
    });
    const known = { ...spec, hosts: [new URL(input.url).host] };
    expect(await made.start(known, { assignment: { input, parent: "parent", key: "x" } }).outcome).toMatchObject({
      type: "skipped",
      message: expect.stringContaining("404"),
    });
  });

  test("that names nothing but sitemap has it", async () => {
    const made = await lab();
    const spec = await browserTask(made, "sitemap", "return sitemap(input.url);");
    const { outcome } = made.start(spec, { assignment: { input: { url: await site() } } });
    expect(await outcome).toMatchObject({ type: "succeeded", output: [] });
  });

  test("reaches no private host that only the input of a subtask names, and is skipped then", async () => {
    const made = await lab();
    const spec = await browserTask(made, "visit", "await visit(input.url);");
    const input = { url: await site() };
    expect(await made.start(spec, { assignment: { input, parent: "parent", key: "x" } }).outcome).toMatchObject({
      type: "skipped",
      message: expect.stringContaining("not on the public internet"),
    });
  });

  test("that hangs in a page at its timeout is ended, with a screenshot", async () => {
    const made = await lab({ grace: 10_000 });
    const spec = await browserTask(
      made,
      "page, signal",
      `await page.goto(input.url); await page.waitForSelector("#never");`,
      3000,
    );
    const outcome = await made.start(spec, { assignment: { input: { url: await site() } } }).outcome;
    expect(outcome).toMatchObject({ type: "failed", reason: "timeout" });
    expect("files" in outcome ? outcome.files.map((file) => file.role) : []).toContain("screenshot");
  });

  test("that hangs in a page when it is cancelled ends, and its runner goes on", async () => {
    const made = await lab({ grace: 10_000 });
    const spec = await browserTask(
      made,
      "page, log",
      `if (!input.wait) return process.pid; log("pid", process.pid); await page.waitForSelector("#never");`,
    );
    const cancel = new AbortController();
    const waiting = made.start(spec, { assignment: { input: { wait: true } }, signal: cancel.signal });
    const pid = Number((await waiting.said("pid")).text.split(" ")[1]);
    cancel.abort();
    expect(await waiting.outcome).toMatchObject({ type: "cancelled" });
    expect(await made.start(spec).outcome).toMatchObject({ output: pid });
  });

  test("whose Chromium is killed fails as crashed at once, and the next attempt has another", async () => {
    const made = await lab();
    const spec = await browserTask(
      made,
      "page, log",
      `await page.goto(input.url); log("ready"); if (input.wait) await page.waitForSelector("#never"); return page.title();`,
    );
    const url = await site();
    const first = made.start(spec, { assignment: { input: { url, wait: true } } });
    await first.said("ready");
    const [runner, ...chromium] = made.processes();
    expect(runner).toBeDefined();
    for (const pid of chromium) process.kill(pid, "SIGKILL");
    expect(await first.outcome).toMatchObject({
      type: "failed",
      reason: "crashed",
      retryable: true,
      error: { code: "browser_crashed" },
    });
    expect(await made.start(spec, { assignment: { input: { url } } }).outcome).toMatchObject({ output: "Shop" });
  });
});
