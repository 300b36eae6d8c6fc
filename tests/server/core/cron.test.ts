import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { nextTimes, parseCron } from "../../../apps/server/core/cron.ts";
import { UltravisorError } from "../../../apps/server/core/errors.ts";

const VECTORS: readonly (readonly [
  id: string,
  expression: string,
  zone: string,
  from: string,
  times: readonly string[],
])[] = [
  [
    "V1",
    "30 2 * * *",
    "America/New_York",
    "2025-03-08T12:00Z",
    ["2025-03-09T07:00", "2025-03-10T06:30", "2025-03-11T06:30"],
  ],
  [
    "V2",
    "0 * * * *",
    "America/New_York",
    "2012-03-11T05:00Z",
    ["2012-03-11T06:00", "2012-03-11T07:00", "2012-03-11T08:00", "2012-03-11T09:00"],
  ],
  [
    "V3",
    "*/15 * * * *",
    "America/New_York",
    "2025-03-09T06:30Z",
    ["2025-03-09T06:45", "2025-03-09T07:00", "2025-03-09T07:15", "2025-03-09T07:30", "2025-03-09T07:45"],
  ],
  ["V4", "30 1 * * *", "America/New_York", "2025-11-02T04:00Z", ["2025-11-02T05:30", "2025-11-03T06:30"]],
  [
    "V5",
    "*/30 * * * *",
    "America/New_York",
    "2025-11-02T04:45Z",
    [
      "2025-11-02T05:00",
      "2025-11-02T05:30",
      "2025-11-02T06:00",
      "2025-11-02T06:30",
      "2025-11-02T07:00",
      "2025-11-02T07:30",
    ],
  ],
  ["V6", "30 1 * * *", "Europe/London", "2025-03-30T00:00Z", ["2025-03-30T01:00", "2025-03-31T00:30"]],
  ["V7", "0 3 * * *", "Europe/Athens", "2016-03-26T22:00Z", ["2016-03-27T01:00", "2016-03-28T00:00"]],
  [
    "V8",
    "0 0 * * *",
    "America/Sao_Paulo",
    "2018-11-03T12:00Z",
    ["2018-11-04T03:00", "2018-11-05T02:00", "2018-11-06T02:00"],
  ],
  ["V9", "45 1 * * *", "Australia/Lord_Howe", "2025-04-05T12:00Z", ["2025-04-05T14:45", "2025-04-06T15:15"]],
  ["V10", "0 0 29 2 *", "UTC", "2025-01-01T00:00Z", ["2028-02-29T00:00"]],
  ["V12", "0 0 13 * 5", "UTC", "2025-06-01T00:00Z", ["2025-06-06T00:00", "2025-06-13T00:00", "2025-06-20T00:00"]],
  ["V13", "*/7 * * * *", "UTC", "2025-06-01T00:50Z", ["2025-06-01T00:56", "2025-06-01T01:00", "2025-06-01T01:07"]],
  ["V14", "0 0 * * *", "Asia/Kathmandu", "2025-06-01T00:00Z", ["2025-06-01T18:15"]],
];

const REFUSED = [
  "",
  "   ",
  "60 * * * *",
  "* 24 * * *",
  "* * 32 * *",
  "* * * 13 *",
  "* * * * 8",
  "5-1 * * * *",
  "*/0 * * * *",
  "* * * *",
  "a b c d e",
  "1,,2 * * * *",
  "-1 * * * *",
  "* * * * * * * *",
  "1e3 * * * *",
  "0x1 * * * *",
  "0 0 30 2 *",
  "* * * * * * *",
  "@reboot",
  "@never",
  "2025-01-01T00:00:00",
];

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
  test.each(REFUSED)("`%s` is refused", (expression) => {
    expect(() => parseCron(expression)).toThrow(UltravisorError);
  });

  test.each(["@daily", "@HOURLY", "0 9 * * MON-FRI", "0\t9\t*\t*\t*", "*/5 * * * * *", "  0 9 * * *  ", "0 0 L * *"])(
    "`%s` is accepted",
    (expression) => expect(() => parseCron(expression, "UTC")).not.toThrow(),
  );

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
