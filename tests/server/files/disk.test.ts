import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";

describe("the file store on disk", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ultravisor-files-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("keeps streamed bytes under their sha256", async () => {
    const store = createDiskFileStore(folder);
    const blob = await store.put(chunks("Hello, ", "world"));
    expect(blob).toEqual({ sha256: sha256("Hello, world"), size: 12 });
    expect(await readFile(join(folder, blob.sha256.slice(0, 2), blob.sha256), "utf8")).toBe("Hello, world");
    expect(await store.has(blob.sha256)).toBe(true);
  });

  test("keeps the empty file too", async () => {
    const store = createDiskFileStore(folder);
    const blob = await store.put(chunks());
    expect(blob).toEqual({ sha256: sha256(""), size: 0 });
    expect(await text(await store.open(blob.sha256))).toBe("");
  });

  test("stores the same bytes once, also when they arrive at the same time", async () => {
    const store = createDiskFileStore(folder);
    const blobs = await Promise.all(Array.from({ length: 8 }, () => store.put(chunks("same", " bytes"))));
    expect(new Set(blobs.map((blob) => blob.sha256)).size).toBe(1);
    expect(await listing(folder)).toEqual([`${blobs[0]?.sha256.slice(0, 2)}/${blobs[0]?.sha256}`]);
  });

  test("refuses more than maxBytes with the code too_large and leaves nothing behind", async () => {
    const store = createDiskFileStore(folder);
    await expect(store.put(chunks("12345", "67890", "1"), { maxBytes: 10 })).rejects.toMatchObject({
      code: "too_large",
    });
    expect(await listing(folder)).toEqual([]);
    await expect(store.put(chunks("12345", "67890"), { maxBytes: 10 })).resolves.toMatchObject({ size: 10 });
  });

  test("stops reading an endless source at the limit", async () => {
    const store = createDiskFileStore(folder);
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1024);
      } finally {
        ended = true;
      }
    }
    await expect(store.put(endless(), { maxBytes: 100_000 })).rejects.toMatchObject({ code: "too_large" });
    expect(ended).toBe(true);
  });

  test("leaves nothing behind when the source breaks off, and passes its error on", async () => {
    const store = createDiskFileStore(folder);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("connection lost");
    }
    await expect(store.put(broken())).rejects.toThrow("connection lost");
    expect(await listing(folder)).toEqual([]);
  });

  test("opens a range with both ends included", async () => {
    const store = createDiskFileStore(folder);
    const { sha256: address } = await store.put(chunks("0123456789"));
    expect(await text(await store.open(address, { start: 2, end: 5 }))).toBe("2345");
    expect(await text(await store.open(address, { start: 9, end: 9 }))).toBe("9");
  });

  test.each(["0".repeat(64), "../../../etc/passwd", "", "ABC"])("knows no blob named %j", async (address) => {
    const store = createDiskFileStore(folder);
    expect(await store.open(address)).toBeNull();
    expect(await store.has(address)).toBe(false);
  });

  test("closes the file when a reader goes away early", async () => {
    const store = createDiskFileStore(folder);
    const { sha256: address } = await store.put(chunks("x".repeat(1_000_000)));
    const before = await openFiles();
    const stream = await store.open(address);
    await stream?.cancel();
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  });

  test("removes at creation what dead writers left, and spares the parts of live ones", async () => {
    createDiskFileStore(folder);
    const parts = join(folder, "parts");
    await writeFile(join(parts, "2147483646-dead"), "half");
    await writeFile(join(parts, "no-number"), "half");
    await writeFile(join(parts, `${process.pid}-live`), "half");
    await writeFile(join(parts, `${process.pid}-abandoned`), "half");
    await utimes(join(parts, `${process.pid}-abandoned`), 0, 0);
    createDiskFileStore(folder);
    expect(await readdir(parts)).toEqual([`${process.pid}-live`]);
  });

  test("keeps blobs readable by their owner only", async () => {
    const store = createDiskFileStore(join(folder, "private"));
    const { sha256: address } = await store.put(chunks("secret"));
    expect((await stat(join(folder, "private", address.slice(0, 2), address))).mode & 0o077).toBe(0);
  });

  test("writes a blob anew when the one on disk was cut short", async () => {
    const store = createDiskFileStore(folder);
    const { sha256: address } = await store.put(chunks("whole"));
    const path = join(folder, address.slice(0, 2), address);
    await writeFile(path, "who");
    await store.put(chunks("whole"));
    expect(await text(await store.open(address))).toBe("whole");
  });
});

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

function sha256(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

async function text(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  expect(stream).not.toBeNull();
  return new Response(stream).text();
}

/** Paths of all files, folders left out. */
async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

async function openFiles(): Promise<number> {
  return process.platform === "linux" ? (await readdir("/proc/self/fd")).length : 0;
}
