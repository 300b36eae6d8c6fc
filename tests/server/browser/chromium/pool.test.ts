import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import type { BrowsingOptions } from "../../../../apps/server/browser/browsing.ts";
import { findChromium } from "../../../../apps/server/browser/chromium/chromium.ts";
import type { BrowsingSession, BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { processIdOf, type Started, start } from "../start.ts";

let started: Started | null = null;

afterEach(async () => {
  await started?.close();
  started = null;
});

async function startWith(options: Partial<BrowsingOptions> = {}): Promise<Started> {
  started = await start(options);
  return started;
}

interface Opened {
  readonly session: BrowsingSession;
  readonly page: Page;
  /** Process id of the session's Chromium. */
  readonly pid: number;
}

async function openPage(from: Started, options: Partial<BrowsingSessionOptions> = {}): Promise<Opened> {
  const session = await from.open({ fixtures: ["page", "visit"], ...options });
  const { page } = session.fixtures;
  const browser = page?.context().browser();
  if (!page || !browser) throw new Error("The session has no page.");
  return { session, page, pid: await processIdOf(browser) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the Chromium of a runner", () => {
  test("is started when first needed, and only once", async () => {
    let searches = 0;
    const from = await startWith({
      chromium: () => {
        searches += 1;
        return findChromium();
      },
    });
    const plain = await from.open();
    await plain.fixtures.visit(from.site.documentation.start);
    expect(searches).toBe(0);
    const [a, b] = await Promise.all([openPage(from), openPage(from)]);
    expect(a.pid).toBe(b.pid);
    expect(searches).toBe(1);
  });

  test("ends with the runner's browsing", async () => {
    const from = await startWith();
    const { pid } = await openPage(from);
    expect(isRunning(pid)).toBe(true);
    await from.browsing.close();
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  test("is replaced after so many sessions, once the last of them is closed", async () => {
    const from = await startWith({ recycleAfter: 2 });
    const first = await openPage(from);
    const second = await openPage(from);
    const third = await openPage(from);
    expect(second.pid).toBe(first.pid);
    expect(third.pid).not.toBe(first.pid);
    await first.session.close();
    expect(isRunning(first.pid)).toBe(true);
    await second.session.close();
    await expect.poll(() => isRunning(first.pid), { timeout: 10_000 }).toBe(false);
    expect(isRunning(third.pid)).toBe(true);
  });

  test("serves only so many sessions at a time; the next one waits for a place", async () => {
    const from = await startWith({ maxPages: 1 });
    const first = await openPage(from);
    let isOpen = false;
    const second = openPage(from).finally(() => {
      isOpen = true;
    });
    const third = new AbortController();
    const waiting = from.open({ fixtures: ["page"], signal: third.signal });
    third.abort(new Error("cancelled while waiting"));
    await expect(waiting).rejects.toThrow("cancelled while waiting");
    await first.page.goto(from.site.documentation.start);
    expect(isOpen).toBe(false);
    await first.session.close();
    expect((await second).pid).toBe(first.pid);
  });

  test("that does not start is told with its path, and its place is free again", async () => {
    const from = await startWith({ chromium: { path: "/bin/false", sandbox: false }, maxPages: 1 });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(from.open({ fixtures: ["page"] })).rejects.toMatchObject({
        code: "browser_failed",
        retryable: true,
        message: expect.stringContaining("/bin/false"),
      });
    }
  });
});

describe("a Chromium that dies", () => {
  test("ends the visits in it with crashed, at once, and the next session gets a fresh one", async () => {
    const from = await startWith();
    const { session, pid } = await openPage(from);
    const gate = from.site.hold("/docs/");
    const visiting = session.fixtures.visit(from.site.documentation.start, { render: "always" });
    await gate.arrived;
    process.kill(pid, "SIGKILL");
    await expect(visiting).rejects.toMatchObject({ code: "browser_crashed", reason: "crashed", retryable: true });
    expect(await session.broken).toMatchObject({ reason: "crashed" });
    await expect(session.capture()).resolves.toBeInstanceOf(Array);
    await session.close();
    gate.open();
    const next = await openPage(from);
    expect(next.pid).not.toBe(pid);
    await next.page.goto(from.site.documentation.start);
    expect(await next.page.title()).toBe("Manual");
  });

  test("tells every session in it, also those that wait for nothing", async () => {
    const from = await startWith();
    const [a, b] = await Promise.all([openPage(from), openPage(from)]);
    process.kill(a.pid, "SIGKILL");
    expect(await a.session.broken).toMatchObject({ code: "browser_crashed" });
    expect(await b.session.broken).toMatchObject({ code: "browser_crashed" });
  });

  test("is told before the script learns that its page is gone", async () => {
    const from = await startWith();
    const { session, page, pid } = await openPage(from);
    const script = page.waitForSelector("#never");
    const outcome = Promise.race([script, session.broken.then((error) => Promise.reject(error))]);
    process.kill(pid, "SIGKILL");
    await expect(outcome).rejects.toMatchObject({ code: "browser_crashed" });
    await expect(script).rejects.toThrow("closed");
  });

  test("need not die whole: the crash of a page is told as well", async () => {
    const from = await startWith();
    const { session, page } = await openPage(from);
    page.goto("chrome://crash").catch(() => {});
    expect(await session.broken).toMatchObject({
      code: "browser_crashed",
      reason: "crashed",
      message: expect.stringContaining("page"),
    });
    await session.close();
  });
});

describe("a runner that is killed", () => {
  test("takes its Chromium with it", async () => {
    const script = join(import.meta.dirname, "hold-chromium.ts");
    const folder = await mkdtemp(join(tmpdir(), "ultravisor-runner-"));
    const runner = spawn(process.execPath, [script], { env: { TMPDIR: folder }, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(runner.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isRunning(pid)).toBe(true);
    runner.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
});

describe("plugins", () => {
  const plugin = {
    _isPuppeteerExtraPlugin: true,
    name: "marker",
    onPageCreated: (page: Page) => page.addInitScript("window.marked = true"),
  };

  test("given as instances work in a Chromium of their own", async () => {
    const from = await startWith();
    const plain = await openPage(from);
    const marked = await openPage(from, { plugins: [plugin] });
    await marked.page.goto(from.site.documentation.start);
    expect(await marked.page.evaluate("window.marked")).toBe(true);
    await plain.page.goto(from.site.documentation.start);
    expect(await plain.page.evaluate("window.marked")).toBeUndefined();
    expect(marked.pid).not.toBe(plain.pid);
  });

  test.each<[string | object, string]>([
    ["puppeteer-extra-plugin-that-nobody-wrote", "npm install puppeteer-extra-plugin-that-nobody-wrote"],
    ["domutils", "which is none"],
    [{ name: "no plugin" }, "which is none"],
  ])("that are none, such as %j, are refused with what to do", async (bad, message) => {
    const from = await startWith();
    await expect(from.open({ fixtures: ["page"], plugins: [bad] })).rejects.toMatchObject({
      code: "plugin_invalid",
      retryable: false,
      message: expect.stringContaining(message),
    });
  });
});
