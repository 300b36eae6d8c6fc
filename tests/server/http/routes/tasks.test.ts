import { parse } from "@puppeteer/replay";
import { expect, it } from "vitest";
import { makeServer } from "../ports.ts";

const SHOP = { name: "shop/prices", input: { type: "object", properties: { url: { type: "string" } } } };

it("Tasks are listed with the mistakes of files that could not be loaded", async () => {
  const server = await makeServer({ definitions: [SHOP] });
  const { items, problems } = await (await server.client.api.tasks.$get()).json();
  expect(items.map(({ name }) => name)).toEqual(["echo", "shop/prices"]);
  expect(problems).toEqual([
    { path: "broken.yaml", line: 3, column: 1, message: "expected a mapping, got a list", mend: "write `key: value`" },
  ]);
});

it("A task is shown by its name, slashes and all, without the server's paths", async () => {
  const server = await makeServer({ definitions: [SHOP] });
  const response = await server.client.api.tasks[":name"].$get({ param: { name: encodeURIComponent("shop/prices") } });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    name: "shop/prices",
    kind: "code",
    input: SHOP.input,
    tasks: [{ name: "shop/prices", attempts: 1 }],
  });
  expect(text).not.toContain("/tasks/shop");
});

it("A name that is unknown is told apart from a file with mistakes", async () => {
  const server = await makeServer();
  expect(await (await server.ask("/api/tasks/nope")).json()).toMatchObject({
    code: "unknown_task",
    detail: expect.stringContaining("echo"),
  });
  expect(await (await server.ask("/api/tasks/broken")).json()).toMatchObject({
    code: "task_file_invalid",
    detail: expect.stringContaining("broken.yaml:3"),
  });
});

it("A recorded flow is given as Recorder imports it; what is no such flow says so", async () => {
  const recording = { title: "Buy", steps: [{ type: "navigate", url: "https://shop.example/" }] };
  const server = await makeServer({ definitions: [{ ...SHOP, recording }] });
  const response = await server.ask("/api/tasks/shop%2Fprices/recording");
  expect(parse(await response.json())).toEqual(recording);
  expect(await (await server.ask("/api/tasks/echo/recording")).json()).toMatchObject({ code: "conflict" });
  expect(await (await server.ask("/api/tasks/nope/recording")).json()).toMatchObject({ code: "unknown_task" });
});
