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
])("%j is refused, naming the field", (value, path) => {
  expect(() => parseTrigger(value)).toThrow(
    expect.objectContaining({ code: "invalid_trigger", fields: [expect.objectContaining({ path })] }),
  );
});
