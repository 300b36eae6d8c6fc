import { expect, test } from "vitest";
import { parseTrigger } from "../../../apps/server/core/trigger.ts";

test.each([
  [
    { cron: "0 17 * * *", timezone: "Europe/London" },
    { cron: "0 17 * * *", timezone: "Europe/London" },
  ],
  [{ every: "12s" }, { every: 12_000 }],
  [{ after: "ingest" }, { after: "ingest", on: "success" }],
  [
    { after: "ingest", on: "any", input: { x: 1 } },
    { after: "ingest", on: "any", input: { x: 1 } },
  ],
  [
    { when: { disk: "/", freeBelow: "5GB" }, overlap: "parallel" },
    { when: { disk: "/", freeBelow: "5GB" }, overlap: "parallel" },
  ],
  [
    { webhook: "push", secretEnv: "PUSH_SECRET" },
    { webhook: "push", secretEnv: "PUSH_SECRET", tolerance: 300_000 },
  ],
  [
    { cron: "@daily", catchUp: { all: true }, overlap: "queue", jitter: "30s", start: "2026-01-01T01:00:00+01:00" },
    {
      cron: "@daily",
      catchUp: { all: true, max: 100 },
      overlap: "queue",
      jitter: 30_000,
      start: "2026-01-01T00:00:00.000Z",
    },
  ],
  [
    { every: "1m", aligned: false, end: new Date(0) },
    { every: 60_000, aligned: false, end: "1970-01-01T00:00:00.000Z" },
  ],
  [
    { every: "1m", aligned: true, catchUp: "none" },
    { every: 60_000, catchUp: "none" },
  ],
])("%j is a trigger", (value, trigger) => {
  expect(parseTrigger(value)).toEqual(trigger);
});

test.each([
  [null, "trigger"],
  [{}, "trigger"],
  [{ cron: "* * * * *", every: "1m" }, "trigger"],
  [{ cron: 5 }, "trigger.cron"],
  [{ cron: "* * * * *", zone: "UTC" }, "trigger.zone"],
  [{ every: "500ms" }, "trigger.every"],
  [{ every: "soon" }, "trigger.every"],
  [{ after: "" }, "trigger.after"],
  [{ after: "a", on: "monday" }, "trigger.on"],
  [{ every: "1m", input: [] }, "trigger.input"],
  [{ every: "1m", catchUp: "all" }, "trigger.catchUp"],
  [{ every: "1m", catchUp: { all: true, max: 1000 } }, "trigger.catchUp"],
  [{ every: "1m", overlap: "maybe" }, "trigger.overlap"],
  [{ every: "1m", jitter: "often" }, "trigger.jitter"],
  [{ every: "1m", jitter: "1m" }, "trigger.jitter"],
  [{ every: "1m", aligned: 1 }, "trigger.aligned"],
  [{ every: "1m", start: "soon" }, "trigger.start"],
  [{ every: "1m", start: "2026-01-02", end: "2026-01-01" }, "trigger.end"],
  [{ webhook: "a/b", secretEnv: "A" }, "trigger.webhook"],
  [{ webhook: "a" }, "trigger.secretEnv"],
  [{ webhook: "a", secretEnv: "A", tolerance: "soon" }, "trigger.tolerance"],
  [{ when: 1 }, "trigger.when"],
  [{ when: { disk: "/", freeBelow: 1 }, every: "1m" }, "trigger"],
])("%j is refused, naming the field", (value, path) => {
  expect(() => parseTrigger(value)).toThrow(
    expect.objectContaining({ code: "invalid_trigger", fields: [expect.objectContaining({ path })] }),
  );
});
