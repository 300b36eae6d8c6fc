import { expect, test } from "vitest";
import { Paces } from "../../../apps/server/runner/paces.ts";

test("paces keep the last ten changes of a task, also over several runners", () => {
  const paces = new Paces();
  paces.note("crawl", { limit: 4, most: 16, change: null }, 0);
  for (let at = 1; at <= 12; at++)
    paces.note("crawl", { limit: at, most: 16, change: { from: at - 1, why: `${at}` } }, at);
  paces.note("shop", { limit: 2, most: 8, change: null }, 20);
  paces.note("crawl", { limit: 4, most: 16, change: null }, 30);
  const [crawl, shop] = paces.list();
  expect(shop).toEqual({ task: "shop", limit: 2, most: 8, changes: [] });
  expect(crawl).toMatchObject({ task: "crawl", limit: 4 });
  expect(crawl?.changes.map(({ why }) => why)).toEqual(["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]);
});

test("paces forget the tasks that were not heard of for the longest", () => {
  const paces = new Paces();
  for (let n = 0; n < 60; n++) paces.note(`task-${n}`, { limit: 1, most: 1, change: null }, n);
  expect(
    paces
      .list()
      .map(({ task }) => task)
      .slice(0, 2),
  ).toEqual(["task-59", "task-58"]);
  expect(paces.list()).toHaveLength(50);
});
