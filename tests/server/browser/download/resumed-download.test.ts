import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DownloadedFile, DownloadOptions } from "../../../../apps/sdk/context.ts";
import { type Started, start } from "../start.ts";

const BYTES = randomBytes(300_000);
const OTHER = randomBytes(300_000);
let started: Started;

beforeAll(async () => {
  started = await start({ chromium: null });
});

afterAll(() => started.close());

/** How a server answers one request after another; what comes after the last is answered as that one. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let routes = 0;
function serve(...answers: readonly Answer[]): string {
  const path = `/part-${++routes}.bin`;
  let asked = 0;
  started.site.route(path, (request, response) => answers[Math.min(asked++, answers.length - 1)]?.(request, response));
  return path;
}

const HEADERS = { "content-type": "application/x-thing", etag: '"v1"', "accept-ranges": "bytes" };

/** Sends so much of the file and breaks off. */
const broken =
  (bytes: number, headers: Record<string, string> = HEADERS, body = BYTES): Answer =>
  (_request, response) => {
    response.writeHead(200, { ...headers, "content-length": String(body.length) });
    response.write(body.subarray(0, bytes), () => response.destroy());
  };

/** A server as it should be; `until` is where it breaks off. */
const ranged =
  (until = BYTES.length): Answer =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = `bytes ${from}-${BYTES.length - 1}/${BYTES.length}`;
    const more = from > 0 ? { "content-range": range } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...HEADERS, ...more, "content-length": String(BYTES.length - from) });
    if (until === BYTES.length) response.end(BYTES.subarray(from));
    else response.write(BYTES.subarray(from, until), () => response.destroy());
  };

const whole =
  (body: Buffer, headers: Record<string, string> = HEADERS): Answer =>
  (_request, response) =>
    void response.writeHead(200, { ...headers, "content-length": String(body.length) }).end(body);

const status =
  (code: number, headers: Record<string, string>, body = ""): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);

async function download(path: string, options: DownloadOptions = {}): Promise<DownloadedFile> {
  const session = await started.open();
  const file = await session.fixtures.download(started.site.url + path, { ...options, required: true });
  await session.close();
  return file;
}

const ranges = (path: string): unknown[] =>
  started.site.received.filter((request) => request.path === path).map(({ headers }) => headers.range ?? null);
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const partials = (): Promise<string[]> => readdir(join(started.folder, "partial"));

describe("a download whose connection breaks", () => {
  test("asks for the rest only, as often as it takes", async () => {
    const path = serve(ranged(100_000), ranged(100_001), ranged(250_000), ranged());
    expect(await download(path)).toMatchObject({
      sha256: sha256(BYTES),
      size: BYTES.length,
      type: "application/x-thing",
    });
    const asked = started.site.received.filter((request) => request.path === path);
    expect(asked[0]?.headers.range).toBeUndefined();
    expect(asked.slice(1).every(({ headers }) => headers["if-range"] === '"v1"')).toBe(true);
    expect(
      ranges(path)
        .slice(1)
        .every((range) => /^bytes=[1-9]\d*-$/.test(String(range))),
    ).toBe(true);
  });

  test("is gone on with by the next attempt", async () => {
    const path = serve(broken(200_000), status(503, {}), status(503, {}), status(503, {}), ranged());
    await expect(download(path)).rejects.toMatchObject({ status: 503 });
    expect(await download(path)).toMatchObject({ sha256: sha256(BYTES) });
    expect(ranges(path).at(-1)).toMatch(/^bytes=[1-9]/);
    expect(await partials()).toEqual(expect.not.arrayContaining([expect.stringMatching(/\.0\.[0-9a-f]{8}$/)]));
  });

  test("goes on by date where there is no tag", async () => {
    const dated = { "last-modified": "Sat, 21 Nov 2020 10:00:00 GMT" };
    const path = serve(broken(200_000, dated), ranged());
    expect(await download(path)).toMatchObject({ sha256: sha256(BYTES) });
    const [, second] = started.site.received.filter((request) => request.path === path);
    expect(second?.headers["if-range"]).toBe(dated["last-modified"]);
  });

  test.each([
    ["the server knows no ranges", whole(BYTES), BYTES],
    ["the file has changed", whole(OTHER, { ...HEADERS, etag: '"v2"' }), OTHER],
  ])("takes the whole file when %s", async (_why, answer, expected) => {
    const path = serve(broken(200_000), answer);
    expect((await download(path)).sha256).toBe(sha256(expected));
    expect(ranges(path)).toHaveLength(2);
  });

  test.each([
    ["412", status(412, {})],
    ["416", status(416, { "content-range": "bytes */5" })],
    [
      "another range than asked for",
      status(206, { ...HEADERS, "content-range": `bytes 0-9/${BYTES.length}` }, "0123456789"),
    ],
    ["no range at all", status(206, HEADERS, "0123456789")],
    ["a part of another version", status(206, { etag: '"v2"', "content-range": `bytes 200000-299999/300000` })],
  ])("asks anew without a range when the answer is %s", async (_what, answer) => {
    const path = serve(broken(200_000), answer, whole(OTHER));
    expect((await download(path)).sha256).toBe(sha256(OTHER));
    expect(ranges(path)).toEqual([null, expect.any(String), null]);
  });

  test.each([
    ["it says nothing of its version", { "content-type": "application/x-thing" }],
    ["its tag is weak", { etag: 'W/"v1"' }],
    ["it is encoded", { etag: '"v1"', "content-encoding": "br" }],
  ])("begins anew when %s", async (_why, headers) => {
    const path = serve(broken(200_000, headers), whole(BYTES));
    expect((await download(path)).sha256).toBe(sha256(BYTES));
    expect(ranges(path)).toEqual([null, null]);
  });
});

describe("a download that is not what it should be", () => {
  test("is an error when its packed body was cut short", async () => {
    const packed = gzipSync(BYTES);
    const path = serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
      response.end(packed.subarray(0, packed.length / 2));
    });
    await expect(download(path)).rejects.toMatchObject({ code: "bad_response", retryable: true });
  });

  test("is an error when it brings a part that nobody asked for", async () => {
    const path = serve(status(206, { ...HEADERS, "content-range": "bytes 0-9/300000" }, "0123456789"));
    await expect(download(path)).rejects.toMatchObject({ code: "bad_response" });
  });

  test("is refused by its type before its bytes come", async () => {
    const path = serve(whole(Buffer.from("<title>Sorry</title>"), { "content-type": "text/html" }));
    await expect(download(path, { types: "pdf, image/*" })).rejects.toMatchObject({
      code: "wrong_type",
      retryable: false,
    });
    expect(ranges(path)).toHaveLength(1);
    expect((await download(serve(whole(BYTES)), { types: "bin" })).size).toBe(BYTES.length);
  });

  test("leaves no part of a body without end", async () => {
    const before = await partials();
    await expect(download("/file/endless", { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: "too_large" });
    expect(await partials()).toEqual(before);
  });
});
