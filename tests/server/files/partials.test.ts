import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";

const VERSION = { validator: '"v1"', total: 10 };
const LABELS = { type: "application/pdf", disposition: 'attachment; filename="a.pdf"' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ultravisor-partials-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a beginning that was left", () => {
  test("is there for the next process, and becomes a file of the store when the rest has come", async () => {
    const first = await createDiskFileStore(folder).partial("http://x/a.pdf");
    await first.begin(VERSION, LABELS);
    await first.append(chunks("01234"), 100);
    await first.leave();
    const store = createDiskFileStore(folder);
    const second = await store.partial("http://x/a.pdf");
    expect(second.beginning).toEqual({ ...VERSION, size: 5 });
    expect(second.labels).toEqual(LABELS);
    expect(await second.append(chunks("567", "89"), 100)).toBe(10);
    const { sha256, size } = await second.finish();
    expect(size).toBe(10);
    expect(await readFile(join(folder, sha256.slice(0, 2), sha256), "utf8")).toBe("0123456789");
    await second.leave();
    expect(await parts()).toEqual([]);
  });

  test("is not given to two at a time, nor to who asks for something else", async () => {
    const store = createDiskFileStore(folder);
    await leave(store, "a", "01234");
    const [one, two, other] = await Promise.all([store.partial("a"), store.partial("a"), store.partial("b")]);
    expect([one, two].filter((partial) => partial.beginning !== null)).toHaveLength(1);
    expect(other.beginning).toBeNull();
  });

  test("is forgotten when it is begun anew", async () => {
    const store = createDiskFileStore(folder);
    await leave(store, "a", "01234");
    const partial = await store.partial("a");
    await partial.begin({ validator: '"v2"', total: 3 }, LABELS);
    await partial.append(chunks("new"), 100);
    const { sha256 } = await partial.finish();
    expect(await readFile(join(folder, sha256.slice(0, 2), sha256), "utf8")).toBe("new");
  });

  test("is removed when it could not be gone on with, and when it grew too large", async () => {
    const store = createDiskFileStore(folder);
    const unknown = await store.partial("a");
    await unknown.begin(null, LABELS);
    await unknown.append(chunks("01234"), 100);
    await unknown.leave();
    const large = await store.partial("b");
    await large.begin(VERSION, LABELS);
    await expect(large.append(chunks("01234", "56789"), 8)).rejects.toMatchObject({ code: "too_large" });
    await large.leave();
    expect(await parts()).toEqual([]);
  });

  test("is removed after a week", async () => {
    await leave(createDiskFileStore(folder), "a", "01234");
    for (const name of await parts()) await utimes(join(folder, "partial", name), 0, 0);
    createDiskFileStore(folder);
    await expect.poll(parts).toEqual([]);
  });
});

describe("a beginning whose writer was killed", () => {
  test("is gone on with as far as it came", async () => {
    const script = `
      import { createDiskFileStore } from ${JSON.stringify(new URL("../../../apps/server/files/disk.ts", import.meta.url).href)};
      const partial = await createDiskFileStore(${JSON.stringify(folder)}).partial("a");
      await partial.begin(${JSON.stringify(VERSION)}, ${JSON.stringify(LABELS)});
      await partial.append((async function* () { yield Buffer.from("01234"); process.stdout.write("written"); await new Promise((r) => setTimeout(r, 60_000)); })(), 100);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const [name = ""] = await parts();
    const alive = await createDiskFileStore(folder).partial("a");
    expect(alive.beginning).toBeNull();
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(async () => (await readFile(join(folder, "partial", name))).length).toBe(5);
    const partial = await createDiskFileStore(folder).partial("a");
    expect(partial.beginning).toEqual({ ...VERSION, size: 5 });
    await partial.leave();
  });

  test("is of no use when the machine went down with it", async () => {
    const name = `${"0".repeat(32)}.10.${Buffer.from('"v1"').toString("base64url")}.2147483646.00000000`;
    createDiskFileStore(folder);
    await writeFile(join(folder, "partial", name), "01234");
    await truncate(join(folder, "partial", name), 5);
    await utimes(join(folder, "partial", name), 1, 1);
    createDiskFileStore(folder);
    await expect.poll(parts).toEqual([]);
  });
});

async function leave(store: ReturnType<typeof createDiskFileStore>, key: string, text: string): Promise<void> {
  const partial = await store.partial(key);
  await partial.begin(VERSION, LABELS);
  await partial.append(chunks(text), 100);
  await partial.leave();
}

async function parts(): Promise<string[]> {
  return readdir(join(folder, "partial"));
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
