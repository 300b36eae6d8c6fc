import { describe, expect, it } from "vitest";
import { makeServer, readEvents } from "../ports.ts";

const STREAM = { accept: "text/event-stream" };

describe("The stream of events", () => {
  it("tells from now on what is kept, with ids, and what has just changed, without", async () => {
    const server = await makeServer();
    await server.run("echo");
    const response = await server.ask("/api/events", { headers: STREAM });
    const following = readEvents(response, (events) => {
      if (events.length === 1) void server.run("echo", { again: true });
      return (
        events.some(({ event, data }) => event === "event" && data.kind === "run.finished") &&
        events.some(({ data }) => data.state === "succeeded" && data.type === "run")
      );
    });
    const events = await following;
    expect(events[0]?.event).toBe("ready");
    const kept = events.filter(({ event }) => event === "event");
    expect(kept.every(({ id, data }) => id === String(data.id))).toBe(true);
    expect(new Set(kept.map(({ data }) => data.run)).size).toBe(1);
    const notices = events.filter(({ event }) => event === "notice");
    expect(notices.every(({ id }) => id === undefined)).toBe(true);
    expect(notices.map(({ data }) => data.type)).toEqual(expect.arrayContaining(["run", "task_run"]));
  });

  it("resumes after `Last-Event-ID`, and tells of one run only when asked to", async () => {
    const server = await makeServer();
    const [first, second] = [await server.run("echo"), await server.run("echo")];
    const isEnd = ({ data }: { data: Record<string, unknown> }): boolean => data.kind === "run.finished";
    const all = await readEvents(
      await server.ask("/api/events", { headers: { ...STREAM, "last-event-id": "0" } }),
      (events) => events.filter(isEnd).length === 2,
    );
    expect(new Set(all.slice(1).map(({ data }) => data.run))).toEqual(new Set([first, second]));
    const rest = await readEvents(
      await server.ask(`/api/events?run=${second}`, { headers: { ...STREAM, "last-event-id": all[1]?.id ?? "" } }),
      (events) => events.some(isEnd),
    );
    expect(new Set(rest.slice(1).map(({ data }) => data.run))).toEqual(new Set([second]));
  });

  it("says `reload` when more has changed than can be told", async () => {
    const server = await makeServer();
    const response = await server.ask("/api/events", { headers: STREAM });
    const events = await readEvents(response, (seen) => {
      for (let i = 0; seen.length === 1 && i < 2000; i += 1) {
        server.services.notices.publish({ type: "task_run", runId: "r", taskRunId: `t${i}`, state: "queued" });
      }
      return seen.length > 1;
    });
    expect(events[1]).toMatchObject({ event: "notice", data: { type: "reload" } });
    expect(events).toHaveLength(2);
  });
});

it("Events are a list for whoever asks for JSON", async () => {
  const server = await makeServer();
  const run = await server.run("echo");
  const headers = { accept: "application/json" };
  const newest = (await (await server.ask(`/api/events?run=${run}&limit=1`, { headers })).json()) as {
    items: { kind: string }[];
  };
  expect(newest.items).toMatchObject([{ kind: "run.finished", run }]);
  const first = (await (await server.ask("/api/events?after=0&limit=1", { headers })).json()) as { next: string };
  const second = await server.ask(`/api/events?after=${first.next}&limit=1`, { headers });
  expect(await second.json()).toMatchObject({ items: [{ run }] });
});
