import { expect, it } from "vitest";
import { VECTORS } from "../../../support/cron-vectors.ts";
import { looked } from "../../../support/looked.ts";
import { makeServer } from "../ports.ts";

const DAILY = { cron: "0 17 * * *", timezone: "Europe/London", input: { url: "https://example.com" } };

async function makeScheduled() {
  const server = await makeServer({ definitions: [{ name: "echo", triggers: [DAILY] }] });
  const { items } = await (await server.client.api.schedule.$get()).json();
  const id = items[0]?.id ?? "";
  const post = async (verb: string) =>
    server.ask(`/api/schedule/${encodeURIComponent(id)}/${verb}`, { method: "POST" });
  return { server, items, post };
}

it("Every trigger is listed with its next time", async () => {
  const { items } = await makeScheduled();
  expect(items).toMatchObject([
    { name: "echo", kind: "cron", paused: false, nextAt: "2026-03-01T17:00:00.000Z", lastRun: null },
  ]);
  expect(items[0]?.trigger).toMatchObject({ cron: "0 17 * * *", timezone: "Europe/London" });
});

it("A trigger is paused and resumed by hand", async () => {
  const { post } = await makeScheduled();
  expect(await (await post("pause")).json()).toMatchObject({ paused: true });
  expect(await (await post("resume")).json()).toMatchObject({ paused: false, nextAt: "2026-03-01T17:00:00.000Z" });
});

it("A trigger is started by hand, with its own input", async () => {
  const { server, post } = await makeScheduled();
  const answer = await post("run");
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as { id: string };
  const run = await (await server.client.api.runs[":id"].$get({ param: { id } })).json();
  expect(run).toMatchObject({ name: "echo", input: DAILY.input, trigger: { kind: "manual" } });
});

it.each(["pause", "resume", "run"])("An unknown entry cannot be asked to %s", async (verb) => {
  const server = await makeServer();
  const answer = await server.ask(`/api/schedule/nope/${verb}`, { method: "POST" });
  expect(await answer.json()).toMatchObject({ code: "unknown_schedule", status: 404 });
});

it.each([
  [
    { cron: "30 2 * * *", timezone: "America/New_York" },
    "2025-03-08T12:00:00Z",
    ["2025-03-09T07:00:00.000Z", "2025-03-10T06:30:00.000Z"],
  ],
  [{ every: "12s" }, "2026-01-01T00:00:00Z", ["2026-01-01T00:00:12.000Z", "2026-01-01T00:00:24.000Z"]],
])("The preview of %j from %s is exact", async (trigger, from, next) => {
  const server = await makeServer();
  const answer = await server.send("POST", "/api/schedule/preview", { trigger, from, count: 2 });
  expect(await answer.json()).toEqual({ next });
});

it("The preview follows the daylight-saving rule for every vector", async () => {
  const server = await makeServer();
  for (const [, cron, timezone, from, times] of VECTORS) {
    const body = { trigger: { cron, timezone }, from: new Date(from).toISOString(), count: times.length };
    const answer = (await (await server.send("POST", "/api/schedule/preview", body)).json()) as { next: string[] };
    expect(answer.next).toEqual(times.map((time) => new Date(`${time}Z`).toISOString()));
  }
});

it.each(["", "* * * *", "60 * * * *", "*/0 * * * *", "0 0 30 2 *", "1e3 * * * *"])(
  "The cron expression %j is refused",
  async (cron) => {
    const server = await makeServer();
    const answer = await server.send("POST", "/api/schedule/preview", { trigger: { cron } });
    expect(await answer.json()).toMatchObject({ code: "invalid_trigger", status: 422 });
  },
);

it("The times of a range get the runs that they lack, each for its own time", async () => {
  const { server, items } = await makeScheduled();
  const fill = async () => {
    const range = { from: "2026-02-20T00:00:00Z", to: "2026-02-22T23:00:00Z" };
    return (await server.send("POST", `/api/schedule/${items[0]?.id}/backfill`, range)).json();
  };
  const days = ["2026-02-20T17:00:00.000Z", "2026-02-21T17:00:00.000Z", "2026-02-22T17:00:00.000Z"];
  expect(await fill()).toMatchObject({ started: days.map((nominalAt) => ({ nominalAt })), existing: 0 });
  expect(await fill()).toEqual({ started: [], existing: 3 });
  const { items: runs } = await (await server.client.api.runs.$get({ query: {} })).json();
  expect(runs).toHaveLength(3);
  expect(runs[0]).toMatchObject({ trigger: { kind: "cron", id: items[0]?.id, cause: null }, input: DAILY.input });
});

it.each([
  [DAILY, "2026-02-22T00:00:00Z", "2026-02-20T00:00:00Z", /after `from`/],
  [DAILY, "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", /at most 100 times/],
  [{ after: "echo", on: "any" }, "2026-02-20T00:00:00Z", "2026-02-21T00:00:00Z", /kind after/],
  [{ every: 60_000, aligned: false }, "2026-02-20T00:00:00Z", "2026-02-21T00:00:00Z", /not aligned/],
] as const)("%j from %s to %s cannot be filled in", async (trigger, from, to, reason) => {
  const server = await makeServer({ definitions: [{ name: "other", triggers: [trigger] }] });
  const { items } = await (await server.client.api.schedule.$get()).json();
  const answer = await server.send("POST", `/api/schedule/${items[0]?.id}/backfill`, { from, to });
  expect(await answer.json()).toMatchObject({ code: "invalid_request", detail: expect.stringMatching(reason) });
});

it("A condition is listed with what it found last and why it started nothing", async () => {
  const when = { state: "house.temperature", above: 24 };
  const server = await makeServer({ definitions: [{ name: "cool", triggers: [{ when }] }] });
  await looked(server.services);
  const { items } = await (await server.client.api.schedule.$get()).json();
  expect(items[0]).toMatchObject({
    kind: "when",
    trigger: { when },
    nextAt: "2026-03-01T12:00:05.000Z",
    look: { fired: false, value: null, reason: "it could not be told: null is no number", lastFiredAt: null },
  });
});
