import { expect, it } from "vitest";
import { lockOf } from "../../../apps/server/core/lock.ts";

it.each([
  [{ limit: 2 }, {}, { name: "crawl", limit: 2 }],
  [{ limit: 1, key: "${input.host}" }, { host: "a" }, { name: 'crawl\n"a"', limit: 1 }],
  [{ limit: 1, key: "${input.host}" }, {}, { name: "crawl\n", limit: 1 }],
])("A limit %j with input %j counts together what shares its name", (concurrency, input, lock) => {
  expect(lockOf("crawl", concurrency, input as Record<string, string>)).toEqual(lock);
});
