import { expect, it } from "vitest";
import { makeServer, readEvents } from "../ports.ts";

it("A key is written, read, listed and forgotten", async () => {
  const server = await makeServer();
  const path = "/api/state/import%2Flast";
  const written = await server.send("PUT", path, { value: { at: 7, tags: [null] } });
  expect(await written.json()).toEqual({
    ...{ scope: "global", key: "import/last", value: { at: 7, tags: [null] }, version: 1, writer: "api" },
    updatedAt: "2026-03-01T12:00:00.000Z",
  });
  const read = await server.ask(path);
  expect([read.headers.get("etag"), (await read.json()) as object]).toMatchObject(['"1"', { value: { at: 7 } }]);
  expect(await (await server.ask("/api/state")).json()).toMatchObject({ items: [{ key: "import/last" }], next: null });
  expect((await server.ask(path, { method: "DELETE" })).status).toBe(204);
  expect(await (await server.ask(path)).json()).toMatchObject({ code: "unknown_key", status: 404 });
  expect((await server.ask(path, { method: "DELETE" })).status).toBe(404);
});

it("A key of the node is another than the global one", async () => {
  const server = await makeServer();
  await server.send("PUT", "/api/state/k?scope=node", { value: 1 });
  expect((await server.ask("/api/state/k")).status).toBe(404);
  expect(await (await server.ask("/api/state/k?scope=node")).json()).toMatchObject({ scope: "node-a", value: 1 });
});

it.each([
  [{ value: 2, version: 1 }, {}, 200],
  [{ value: 2, version: 7 }, {}, 409],
  [{ value: 2, version: 0 }, {}, 409],
  [{ value: 2 }, { "if-match": '"1"' }, 200],
  [{ value: 2 }, { "if-match": '"2"' }, 409],
  [{ value: 2 }, { "if-none-match": "*" }, 409],
  [{ value: 2 }, { "if-match": "soon" }, 400],
])("Over version 1, %j with %j gives %i", async (body, headers, status) => {
  const server = await makeServer();
  await server.send("PUT", "/api/state/k", { value: 1 });
  const answer = await server.send("PUT", "/api/state/k", body, headers as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(await (await server.ask("/api/state/k")).json()).toMatchObject({ value: status === 200 ? 2 : 1 });
});

it.each(["__proto__", "constructor", "prototype", "a%00b", "x".repeat(501)])("The key %j is refused", async (key) => {
  const server = await makeServer();
  expect((await server.send("PUT", `/api/state/${key}`, { value: 1 })).status).toBe(400);
});

it("A write without a value is refused, one of `null` is not", async () => {
  const server = await makeServer();
  expect((await server.send("PUT", "/api/state/k", {})).status).toBe(400);
  expect(await (await server.send("PUT", "/api/state/k", { value: null })).json()).toMatchObject({ value: null });
});

it("Who watches a key is told what it is, what it becomes, and when it goes", async () => {
  const server = await makeServer();
  await server.send("PUT", "/api/state/k", { value: 1 });
  const steps = [
    () => server.send("PUT", "/api/state/other", { value: 1 }),
    () => server.send("PUT", "/api/state/k", { value: 2 }),
    () => server.ask("/api/state/k", { method: "DELETE" }),
  ];
  const stream = await server.ask("/api/state/k", { headers: { accept: "text/event-stream" } });
  const events = await readEvents(stream, (seen) => {
    const due = seen.length === 1 ? steps.splice(0, 2) : steps.splice(0, 1);
    for (const step of due) void step();
    return seen.length === 3;
  });
  expect(events.map(({ event, data }) => [event, (data as { value?: unknown } | null)?.value])).toEqual([
    ["state", 1],
    ["state", 2],
    ["state", undefined],
  ]);
});
