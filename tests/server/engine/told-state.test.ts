import { expect, test } from "vitest";
import { createNotices } from "../../../apps/server/engine/notices.ts";
import { tellState } from "../../../apps/server/engine/told-state.ts";
import { SILENT } from "../../support/engine.ts";
import { makeStore } from "../../support/store.ts";

test("Every change of the state is told, and a refused one is not", async () => {
  const { state } = await makeStore();
  const notices = createNotices(SILENT);
  const heard: unknown[] = [];
  notices.subscribe((notice) => heard.push(notice));
  const told = tellState(state, notices);
  await told.set("global", "a", 1, "t");
  await told.increment("global", "a", 1, "t");
  await told.merge("node-a", "b", { x: 1 }, "t");
  await expect(told.merge("global", "a", {}, "t")).rejects.toThrow(/object/);
  await told.delete("global", "a");
  expect(heard).toEqual(
    ["a", "a", "b", "a"].map((key) => ({ type: "state", scope: key === "b" ? "node-a" : "global", key })),
  );
});
