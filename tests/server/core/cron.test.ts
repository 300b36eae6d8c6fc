import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { nextTimes, parseCron } from "../../../apps/server/core/cron.ts";
import { ACCEPTED, REFUSED, VECTORS } from "../../support/cron-vectors.ts";

describe("next times", () => {
  test.each(VECTORS)("%s: `%s` in %s follows the daylight-saving rule", (_id, expression, zone, from, times) => {
    expect(iso(nextTimes(expression, zone, Date.parse(from), times.length))).toEqual(times);
  });

  test.each(["Australia/Sydney", "America/New_York", "UTC"])("do not depend on the host's own zone %s", (zone) => {
    const script = `
      const { nextTimes } = await import(${JSON.stringify(new URL("../../../apps/server/core/cron.ts", import.meta.url).href)});
      const vectors = ${JSON.stringify(VECTORS)};
      console.log(JSON.stringify(vectors.map(([, e, z, f, t]) => nextTimes(e, z, Date.parse(f), t.length))));`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { TZ: zone },
      encoding: "utf8",
    });
    expect((JSON.parse(out) as number[][]).map(iso)).toEqual(VECTORS.map((vector) => vector[4]));
  });

  test.each([
    ["*/30 * * * *", "America/New_York"],
    ["30 1,2 * * *", "America/New_York"],
    ["15 2 * * *", "Australia/Lord_Howe"],
  ])("of `%s` in %s rise strictly over 365 steps, without rapid fire in an overlap", (expression, zone) => {
    const times = nextTimes(expression, zone, Date.parse("2025-03-01T00:00Z"), 365);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times).toHaveLength(365);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30 * 60_000);
  });

  test("of a list of hours run once right after a gap, as a single hour does", () => {
    const times = nextTimes("30 2,14 * * *", "America/New_York", Date.parse("2025-03-08T21:00Z"), 2);
    expect(iso(times)).toEqual(["2025-03-09T07:00", "2025-03-09T18:30"]);
  });
});

describe("an expression", () => {
  test.each(REFUSED)("`%s` is refused at position %i", (expression, position) => {
    const refusal = { code: "invalid_trigger", fields: [expect.objectContaining({ path: "cron", position })] };
    expect(() => parseCron(expression)).toThrow(expect.objectContaining(refusal));
  });

  test.each(ACCEPTED)("`%s` is accepted", (expression) => {
    expect(() => parseCron(expression, "UTC")).not.toThrow();
  });

  test("with a wrong field is refused naming field and position", () => {
    expect(() => parseCron("0 3 * 13 *")).toThrow(/"13" is not a month \(position 7\)/);
    expect(() => parseCron("61 0 3 * * *")).toThrow(/"61" is not a second \(position 1\)/);
  });

  test("that names no day of any year is refused as never happening", () => {
    expect(() => parseCron("0 0 30 2 *")).toThrow(/never happens.*position 5/);
  });

  test("in an unknown time zone is refused naming the zone", () => {
    expect(() => parseCron("0 0 * * *", "Mars/Phobos")).toThrow(/"Mars\/Phobos" is not a time zone/);
  });
});

function iso(times: readonly number[]): string[] {
  return times.map((time) => new Date(time).toISOString().slice(0, 16));
}
