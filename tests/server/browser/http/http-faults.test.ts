/** Servers that never come to an end: what they are answered with is an error within the time limit, and nothing left open. */
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { drip, PAGE_HEAD, pour, rawServer } from "../../../support/raw-server.ts";
import { type Started, start } from "../start.ts";

const LIMIT = 300;

async function hasty(): Promise<Started> {
  const started = await start({ chromium: null, pageTimeout: LIMIT });
  onTestFinished(() => started.close());
  return started;
}

describe("a server without end", () => {
  test.each([
    ["sends its headers byte by byte", (socket: Socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-Slow: yes and no and ")],
    ["sends its page byte by byte", (socket: Socket) => drip(socket, "<p>slow</p>", PAGE_HEAD)],
    ["says nothing", () => {}],
    ["sends its page and never ends it", (socket: Socket) => void socket.write(`${PAGE_HEAD}<p>all of it</p>`)],
    [
      "sends one redirect after the other, slowly",
      (socket: Socket) =>
        socket.on("data", () =>
          setTimeout(
            () => socket.write(`HTTP/1.1 302 Found\r\nLocation: /${Math.random()}\r\nContent-Length: 0\r\n\r\n`),
            40,
          ),
        ),
    ],
  ])("that %s is told as timeout, and its connection is closed", async (_name, serve) => {
    const { port, open } = await rawServer((socket) => void serve(socket));
    const started = await hasty();
    const session = await started.open({ robots: "ignore" });
    await expect(session.fixtures.visit(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("limit 0.3 s"),
    });
    await started.close();
    await expect.poll(() => open.size).toBe(0);
  });

  test("that never shakes hands is told as timeout over TLS, too", async () => {
    const { port } = await rawServer(() => {});
    const session = await (await hasty()).open({ robots: "ignore" });
    await expect(session.fixtures.visit(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: "timeout" });
  });

  test("that answers with what is no HTTP is told as network or bad_response", async () => {
    const { port } = await rawServer((socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    const session = await (await hasty()).open({ robots: "ignore" });
    const error = await session.fixtures.visit(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
    expect(["network", "bad_response"]).toContain((error as { code: string }).code);
  });
});

describe("a page that is too large", () => {
  test.each(["gzip", "br", "zstd"])("once it is unpacked from %s is told as too_large", async (encoding) => {
    const started = await start({ chromium: null });
    onTestFinished(() => started.close());
    const session = await started.open();
    await expect(session.fixtures.visit(`${started.site.url}/bomb/${encoding}`)).rejects.toMatchObject({
      code: "too_large",
      retryable: false,
    });
  });

  test("is told as too_large as soon as that shows, not when it ends", async () => {
    const { port, open } = await rawServer((socket) => pour(socket, Buffer.alloc(1 << 20, "x"), PAGE_HEAD));
    const started = await start({ chromium: null });
    onTestFinished(() => started.close());
    const session = await started.open({ robots: "ignore" });
    await expect(session.fixtures.visit(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: "too_large" });
    await expect.poll(() => open.size).toBe(0);
  });
});

describe("a chain of redirects", () => {
  test("that is too long tells its first addresses and its last", async () => {
    const started = await hasty();
    const session = await started.open();
    const error = await session.fixtures
      .visit(`${started.site.url}/redirect?n=1000`)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "too_many_redirects", retryable: false });
    expect(String(error)).toContain("redirects more than 20 times");
    expect(String(error)).toContain("/redirect?n=1000 → ");
    expect(String(error)).toContain("/redirect?n=979");
    expect(started.site.count("/redirect")).toBe(21);
  });
});
