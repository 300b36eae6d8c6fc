/** Facts of Ultravisor about the schedule (oracles, section U.c). */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { oracle, writeFiles } from "../support/oracle.ts";
import { makeFolder, startServer } from "../support/server.ts";

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly trigger: { readonly cron?: string };
  readonly paused: boolean;
  readonly nextAt: string | null;
}

const scheduled = (cron: string): string => `triggers: [{ cron: "${cron}", timezone: UTC }]\nshell: date\n`;
const FILES = {
  "half-hourly.yaml": scheduled("*/30 * * * *"),
  "hourly.yaml": scheduled("@hourly"),
  "daily.yaml": scheduled("@daily"),
  "morning.yaml": scheduled("30 8 * * *"),
  "nightly.yaml": `triggers: [{ cron: "30 2 * * 1", timezone: UTC }]\ntasks:\n  a: { shell: date }\n`,
};
const house = oracle(
  { ...FILES, "ticking.yaml": scheduled("*/1 * * * * *") },
  { broken: { "wrong.yaml": scheduled("61 * * * *") } },
);

const entriesOf = async (server = house.server): Promise<Record<string, Entry>> => {
  const { items } = await server.get<{ items: readonly Entry[] }>("/schedule");
  return Object.fromEntries(items.map((item) => [item.name, item]));
};
const next = async (cron: string) =>
  house.ask("POST", "/schedule/preview", {
    trigger: { cron, timezone: "UTC" },
    from: "2026-01-01T00:10:00Z",
    count: 2,
  });

describe("the schedule", () => {
  it("keeps the expression of a task and of an operation as it was written", async () => {
    const entries = await entriesOf();
    expect(entries["half-hourly"]).toMatchObject({ kind: "cron", trigger: { cron: "*/30 * * * *" }, paused: false });
    expect(entries.morning).toMatchObject({ trigger: { cron: "30 8 * * *" } });
    expect(entries.nightly).toMatchObject({
      trigger: { cron: "30 2 * * 1" },
      nextAt: expect.stringContaining("T02:30:00"),
    });
  });

  it.each([
    ["@hourly", "0 * * * *"],
    ["@daily", "0 0 * * *"],
  ])("takes %s for %s", async (nickname, cron) => {
    expect(await next(nickname)).toEqual(await next(cron));
    expect(await next(nickname)).toMatchObject({ status: 200 });
  });

  it("lets an entry be paused and resumed, and says what it does not know", async () => {
    const { nightly } = await entriesOf();
    const steer = (id: string | undefined, verb: string) =>
      house.ask("POST", `/schedule/${encodeURIComponent(id ?? "")}/${verb}`);
    expect(await steer(nightly?.id, "pause")).toMatchObject({ body: { paused: true } });
    expect(await steer(nightly?.id, "resume")).toMatchObject({ body: { paused: false, nextAt: expect.any(String) } });
    expect(await steer("nobody", "pause")).toMatchObject({ status: 404, body: { code: "unknown_schedule" } });
  });

  it("starts what is due every second, again and again", async () => {
    const stream = await fetch(`${house.server.url}/api/events?after=0`, {
      headers: { authorization: `Bearer ${house.server.token}`, accept: "text/event-stream" },
    });
    let told = "";
    for await (const chunk of stream.body ?? []) {
      told += new TextDecoder().decode(chunk);
      if ((told.match(/"kind":"run.finished"[^\n]*"name":"ticking"/g) ?? []).length >= 2) break;
    }
    const { items } = await house.server.get<{ items: readonly object[] }>("/runs?name=ticking&status=succeeded");
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(items[0]).toMatchObject({ trigger: { kind: "cron" } });
  });

  it("refuses a file whose expression is none, and serves all others", async () => {
    expect(await house.refused("wrong.yaml")).toMatchObject([
      { line: 1, message: expect.stringMatching(/"61" is not a minute/) },
    ]);
    expect(Object.keys(await entriesOf())).toHaveLength(6);
  });

  it("is the same after a restart, with what was paused", async () => {
    const data = makeFolder();
    const tasks = join(data, "tasks");
    mkdirSync(tasks);
    writeFiles(tasks, FILES);
    const first = await startServer({ data, tasks });
    const { nightly } = await entriesOf(first);
    await first.post(`/schedule/${encodeURIComponent(nightly?.id ?? "")}/pause`);
    await first.post("/schedule/preview", { trigger: { every: "1m" } });
    const before = await entriesOf(first);
    await first.kill("SIGKILL");
    const second = await startServer({ data, tasks });
    const after = await entriesOf(second);
    const facts = (entries: Record<string, Entry>) =>
      Object.values(entries).map(({ id, name, trigger, paused }) => ({ id, name, trigger, paused }));
    expect(facts(after)).toEqual(facts(before));
    expect(after.nightly).toMatchObject({ paused: true });
  });
});
