import { cpSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

/** A house with two rooms, that keeps what it was told last. */
async function simulatedHouse(temperature: number): Promise<{ url: string; heating: () => unknown }> {
  let heating: unknown = null;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      if (request.method === "PUT") heating = JSON.parse(body);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ rooms: [temperature - 1, temperature + 1], average: temperature }));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heating: () => heating };
}

async function examples(): Promise<TestServer> {
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  cpSync("tasks/examples", join(tasks, "examples"), { recursive: true });
  const server = await startServer({ tasks });
  expect(await server.get("/tasks")).toMatchObject({ problems: [] });
  return server;
}

async function run(server: TestServer, operation: string, input: object): Promise<unknown> {
  const { id } = await server.post<{ id: string }>("/runs", { operation, input });
  return server.finished(id);
}

test("The thermostat heats a cold house: one operation reads the rooms into the state, another acts on it", async () => {
  const server = await examples();
  const { url: house, heating } = await simulatedHouse(17);
  expect(await run(server, "examples/read-rooms", { house })).toMatchObject({ state: "succeeded" });
  expect(await server.get("/state/house")).toMatchObject({ value: { average: 17 } });
  expect(await run(server, "examples/thermostat", { house })).toMatchObject({
    state: "succeeded",
    counts: { skipped: 1 },
  });
  expect(heating()).toEqual({ on: true });
});

test("The examples start nothing by themselves", async () => {
  const server = await examples();
  const { items } = await server.get<{ items: { kind: string; paused: boolean }[] }>("/schedule");
  expect(items.filter((entry) => !entry.paused).map((entry) => entry.kind)).toEqual(["after"]);
});
