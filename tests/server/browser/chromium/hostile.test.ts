/** Servers and pages that want to keep Chromium for ever, or leave something behind in it: each visit ends, and the next is as the first. */
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { drip, PAGE_HEAD, pour, rawServer } from "../../../support/raw-server.ts";
import { type Started, start } from "../start.ts";

let started: Started;
let hasty: Started;

beforeAll(async () => {
  [started, hasty] = await Promise.all([start(), start({ loadTimeout: 1500 })]);
});

afterAll(() => Promise.all([started.close(), hasty.close()]));

async function visited(where: Started, url: string, options: Partial<BrowsingSessionOptions> = {}) {
  const session = await where.open({ render: "always", robots: "ignore", ...options });
  try {
    const document = await session.fixtures.visit(url);
    return { title: document.title, text: document.text, links: document.links() };
  } finally {
    await session.close();
  }
}

const nextWorks = async (where: Started) =>
  expect(await visited(where, where.site.documentation.start)).toMatchObject({ title: "Manual" });

describe("a server without end", () => {
  test.each([
    ["says nothing", "http", () => {}],
    ["sends its page byte by byte", "http", (socket: Socket) => drip(socket, "<p>slow</p>", PAGE_HEAD)],
    ["sends its headers byte by byte", "http", (socket: Socket) => drip(socket, "x", "HTTP/1.1 200 OK\r\nX-Slow: ")],
    ["never shakes hands", "https", () => {}],
  ])("that %s is told as timeout, over %s", async (_what, scheme, serve) => {
    const { port, open } = await rawServer((socket) => void serve(socket));
    await expect(visited(hasty, `${scheme}://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("1.5 s"),
    });
    await expect.poll(() => open.size).toBe(0);
    await nextWorks(hasty);
  });

  test.each(["http", "https"])("ends with its attempt over %s, though it says nothing", async (scheme) => {
    const asked = Promise.withResolvers<void>();
    const { port } = await rawServer((socket) => void socket.once("data", () => asked.resolve()));
    const over = new AbortController();
    const visiting = visited(started, `${scheme}://127.0.0.1:${port}/`, { signal: over.signal });
    await asked.promise;
    over.abort(new Error("the attempt is over"));
    await expect(visiting).rejects.toThrow("the attempt is over");
    await nextWorks(started);
  });
});

describe("a page that is too large", () => {
  test("is told as too_large as soon as that shows, not when it ends", async () => {
    const { port, open } = await rawServer((socket) => pour(socket, Buffer.alloc(1 << 20, "x"), `${PAGE_HEAD}<!--`));
    await expect(visited(started, `http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "too_large",
      retryable: false,
    });
    await expect.poll(() => open.size).toBe(0);
    await nextWorks(started);
  });

  test("to be laid out is ended, whatever is seen of it first", async () => {
    const { port, open } = await rawServer((socket) =>
      pour(socket, Buffer.from("<p>words ".repeat(100_000)), PAGE_HEAD),
    );
    const error = await visited(started, `http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
    expect(["too_large", "timeout"]).toContain((error as { code?: string }).code);
    await expect.poll(() => open.size).toBe(0);
    await nextWorks(started);
  });

  test("by its scripts is told as too_large", async () => {
    const grow =
      "const p = document.createElement('p'); p.hidden = true; p.textContent = 'x'.repeat(2 ** 26); document.body.append(p)";
    started.site.route("/grown", `<title>Grown</title><body><script>${grow}</script>`);
    await expect(visited(started, `${started.site.url}/grown`)).rejects.toMatchObject({ code: "too_large" });
    await nextWorks(started);
  });
});
