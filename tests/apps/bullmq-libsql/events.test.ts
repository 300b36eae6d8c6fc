import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, backendOn, makeBench } from "./support.ts";

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.close());

/** Reads all events after an id, as `[name, job id]`, and the last id. */
async function readAll(id: string): Promise<{ names: string[]; last: string }> {
  const backend = backendOn(bench.url);
  const names: string[] = [];
  let last = id;
  for (;;) {
    const read = await backend.readEvents(last, 1);
    if (!read) break;
    for (const [at, fields] of read[0]?.[1] ?? []) {
      names.push(String(fields[1]));
      last = at;
    }
  }
  await backend.close();
  return { names, last };
}

test("events can be read from the start, from an id, and from a moment on", async () => {
  await bench.add("first");
  const { names, last } = await readAll("0");
  expect(names).toEqual(["added", "waiting"]);
  expect((await readAll(last)).names).toEqual([]);
  await bench.add("second");
  expect((await readAll(last)).names).toEqual(["added", "waiting"]);
  expect((await readAll(`${Date.now() + 1000}-0`)).names).toEqual([]);
});

test("a listener that falls behind reads from the file what memory has dropped", async () => {
  const backend = backendOn(bench.url);
  const listener = bench.events();
  await listener.waitUntilReady();
  for (let block = 0; block < 15; block++) {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => backend.publishEvent({ event: "mine", n }, 0)));
  }
  const read = await backend.readEvents("0", 1);
  expect(read?.[0]?.[1][0]?.[1]).toEqual(["event", "mine", "n", expect.any(String)]);
  await backend.close();
});

test("the stream is trimmed to about the length that was asked for, and numbers go on", async () => {
  const queue = bench.queue();
  for (let n = 0; n < 5; n++) await bench.add("job");
  const before = await readAll("0");
  expect(await queue.trimEvents(0)).toBe(10);
  expect((await readAll("0")).names).toEqual([]);
  await bench.add("job");
  const after = await readAll("0");
  expect(after.names).toEqual(["added", "waiting"]);
  expect(Number(after.last.split("-")[1])).toBe(Number(before.last.split("-")[1]) + 2);
});
