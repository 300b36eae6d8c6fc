import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeServer, type TestServer } from "../ports.ts";

async function makeWeb(): Promise<TestServer> {
  const server = await makeServer();
  mkdirSync(join(server.services.webFolder, "assets"), { recursive: true });
  writeFileSync(join(server.services.webFolder, "index.html"), "<title>app</title>");
  writeFileSync(join(server.services.webFolder, "assets/main-Ab3_x9-Z.js"), "script");
  return server;
}

const PAGE = { headers: { accept: "text/html" } };

it("The app's page answers at its own addresses, and is asked for anew each time", async () => {
  const server = await makeWeb();
  for (const path of ["/", "/runs", "/runs/01a2002e/tasks", "/tasks/shop%2Fprices"]) {
    const response = await server.ask(path, PAGE);
    expect([response.status, response.headers.get("cache-control"), await response.text()]).toEqual([
      200,
      "no-cache",
      "<title>app</title>",
    ]);
  }
});

it("The app's files are kept by the browser, because their names change with their content", async () => {
  const server = await makeWeb();
  const response = await server.ask("/assets/main-Ab3_x9-Z.js");
  expect(response.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
  expect(response.headers.get("content-type")).toContain("text/javascript");
});

it.each(["/api/nothing", "/assets/gone.js", "/queues/x", "/docs/nothing"])(
  "The app's page does not answer at %s",
  async (path) => {
    const server = await makeWeb();
    const response = await server.ask(path, path.startsWith("/assets") ? {} : PAGE);
    expect(response.status).toBe(404);
  },
);

it("An app that is not built says how to build it", async () => {
  const server = await makeServer();
  const response = await server.ask("/", PAGE);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm start");
});
