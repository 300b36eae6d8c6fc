import { expect, test } from "vitest";
import { createKeyNews, KeyReader } from "../../../apps/server/core/key-news.ts";
import { createKnownKeys } from "../../../apps/server/core/known-keys.ts";

test("A reader is told each key of a run's task once, whenever it asks", () => {
  const news = createKeyNews(createKnownKeys());
  const [early, late] = [new KeyReader(), new KeyReader()];
  news.add("run", "task", "a");
  expect(news.tell(early, "run", "task")).toEqual({ anew: false, keys: ["a"] });
  news.add("run", "task", "b");
  news.add("run", "task", "a");
  news.add("run", "other", "c");
  expect(news.tell(early, "run", "task")).toEqual({ anew: false, keys: ["b"] });
  expect(news.tell(early, "run", "task")).toBeNull();
  expect(news.tell(late, "run", "task")).toEqual({ anew: false, keys: ["a", "b"] });
});

test("A reader that is very late is told of the latest keys, and of all that come after", () => {
  const news = createKeyNews(createKnownKeys());
  const reader = new KeyReader();
  for (let n = 0; n < 5000; n++) news.add("run", "task", `key ${n}`);
  const { keys = [] } = news.tell(reader, "run", "task") ?? {};
  expect(keys.length).toBeLessThan(2001);
  expect(keys.at(-1)).toBe("key 4999");
  for (let n = 5000; n < 7500; n++) news.add("run", "task", `key ${n}`);
  expect(news.tell(reader, "run", "task")?.keys.at(-1)).toBe("key 7499");
  news.add("run", "task", "last");
  expect(news.tell(reader, "run", "task")?.keys).toEqual(["last"]);
});

test("Many runs side by side are forgotten in turn, and none is told anything of another", () => {
  const news = createKeyNews(createKnownKeys());
  const reader = new KeyReader();
  for (let run = 0; run < 100; run++) news.add(`run ${run}`, "task", `of ${run}`);
  const told = Array.from({ length: 100 }, (_, run) => news.tell(reader, `run ${run}`, "task"));
  expect(told.filter((one) => one !== null).length).toBe(64);
  expect(told.every((one, run) => one === null || one.keys.join() === `of ${run}`)).toBe(true);
  news.add("run 0", "task", "more");
  expect(news.tell(reader, "run 0", "task")).toEqual({ anew: false, keys: ["more"] });
});

test("After rows may have been deleted, a reader learns that nothing it was told holds", () => {
  const news = createKeyNews(createKnownKeys());
  const reader = new KeyReader();
  news.add("run", "task", "a");
  news.tell(reader, "run", "task");
  news.clear();
  expect(news.has("run", "task", "a")).toBe(false);
  expect(news.tell(reader, "run", "task")).toEqual({ anew: true, keys: [] });
  news.add("run", "task", "a");
  expect(news.tell(reader, "run", "task")).toEqual({ anew: false, keys: ["a"] });
});
