/** Cron expressions over HTTP, whatever the time zone of the machine that the server runs on (faults, section 9). */
import { describe, expect, it } from "vitest";
import { ACCEPTED, REFUSED, VECTORS } from "../support/cron-vectors.ts";
import { oracle } from "../support/oracle.ts";

const VECTOR_IDS = VECTORS.map(([id]) => id);

describe.each(["UTC", "America/New_York", "Australia/Lord_Howe"])("On a machine in the zone %s the preview", (TZ) => {
  const house = oracle({}, { env: { TZ } });
  const preview = (trigger: object, from?: string, count?: number) =>
    house.ask("POST", "/schedule/preview", { trigger, ...(from ? { from } : {}), ...(count ? { count } : {}) });

  it("follows the daylight-saving rule for every vector", async () => {
    const found: Record<string, unknown> = {};
    for (const [id, cron, timezone, from, times] of VECTORS) {
      const { body } = await preview({ cron, timezone }, new Date(from).toISOString(), times.length);
      found[id] = (body as { next: string[] }).next.map((time) => time.slice(0, 16));
    }
    expect(found).toEqual(Object.fromEntries(VECTORS.map(([id, , , , times]) => [id, times])));
    expect(VECTOR_IDS).toHaveLength(13);
  });

  it("refuses every malformed expression, and says where it is wrong", async () => {
    const found: [string, unknown][] = [];
    for (const [cron] of REFUSED) {
      const { status, body } = await preview({ cron, timezone: "UTC" });
      const { code, detail, fields } = body as { code: string; detail: string; fields: { position?: number }[] };
      expect({ cron, status, code }).toEqual({ cron, status: 422, code: "invalid_trigger" });
      expect(detail).toContain(`position ${fields[0]?.position}`);
      found.push([cron, fields[0]?.position]);
    }
    expect(found).toEqual(REFUSED);
  });

  it("accepts nicknames, names of days, tabs, spaces around and a field of seconds", async () => {
    for (const cron of ACCEPTED) expect({ cron, ...(await preview({ cron })) }).toMatchObject({ cron, status: 200 });
  });

  it("without a zone of its own counts in the machine's", async () => {
    const { body } = await preview({ cron: "0 12 * * *" }, "2025-01-15T00:00:00Z", 1);
    const noon = { UTC: "12:00", "America/New_York": "17:00", "Australia/Lord_Howe": "01:00" }[TZ];
    expect(body).toEqual({ next: [`2025-01-15T${noon}:00.000Z`] });
  });

  it("rises strictly over a year, without rapid fire in an overlap", async () => {
    const times: number[] = [];
    for (let from = "2025-03-01T00:00:00.000Z"; times.length < 365; from = new Date(times.at(-1) ?? 0).toISOString()) {
      const { body } = await preview({ cron: "30 1,2 * * *", timezone: "America/New_York" }, from, 73);
      times.push(...(body as { next: string[] }).next.map((time) => Date.parse(time)));
    }
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times).toHaveLength(365);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30 * 60_000);
  });
});
