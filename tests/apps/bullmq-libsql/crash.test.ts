import { expect, test } from "vitest";
import { crashRepeatedly } from "../../bench/queue-crash.ts";

test("a process killed at random moments loses no acknowledged job, and none gets stuck", async () => {
  const report = await crashRepeatedly(10);
  expect(report).toMatchObject({ lost: [], stuck: 0, integrity: "ok" });
  expect(report.acknowledged).toBeGreaterThan(10);
}, 120_000);
