import { expect, test } from "vitest";
import { warningsOf } from "../../../apps/server/core/health.ts";

test("health warns of a Chromium that is missing or without its sandbox, and of task files with mistakes", () => {
  expect(warningsOf({ path: "/usr/bin/chromium", sandbox: true }, 0, null)).toEqual([]);
  expect(warningsOf({ path: "/usr/bin/chromium", sandbox: false }, 0, null)).toEqual([
    expect.stringContaining("without its sandbox"),
  ]);
  expect(warningsOf(null, 2, null)).toEqual([
    expect.stringContaining("No Chromium was found"),
    expect.stringContaining("2 task files have problems"),
  ]);
});

test("health tells first what the disk refuses", () => {
  expect(warningsOf(null, 0, "The disk is full.")).toEqual([
    "The disk is full.",
    expect.stringContaining("No Chromium"),
  ]);
});
