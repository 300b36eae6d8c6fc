import { expect, test } from "vitest";
import { warningsOf } from "../../../apps/server/core/health.ts";

test("health warns of a Chromium that is missing or without its sandbox, and of task files with mistakes", () => {
  expect(warningsOf({ path: "/usr/bin/chromium", sandbox: true }, 0)).toEqual([]);
  expect(warningsOf({ path: "/usr/bin/chromium", sandbox: false }, 0)).toEqual([
    expect.stringContaining("without its sandbox"),
  ]);
  expect(warningsOf(null, 2)).toEqual([
    expect.stringContaining("No Chromium was found"),
    expect.stringContaining("2 task files have problems"),
  ]);
});
