import { describe, expect, it } from "vitest";
import { OPEN_ROUTES } from "../../../apps/server/http/auth.ts";
import { queueBoard } from "../../../apps/server/http/queues.ts";
import { makeServer, rawAsk, signIn, type TestServer, TOKEN } from "./ports.ts";

interface RouteOfTable {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

/** Every route there is, with an address that it matches. A new route is among them by itself. */
function routeTable(server: TestServer): RouteOfTable[] {
  const routes = server.app.routes.filter(({ method }) => method !== "ALL");
  const names = new Map(routes.map(({ method, path }) => [`${method} ${path}`, { method, path }]));
  return [...names].map(([name, { method, path }]) => ({
    name,
    method,
    path: path.replaceAll(/:\w+(\{[^}]+\})?/g, "x").replaceAll("*", "x"),
  }));
}

async function statuses(server: TestServer, headers: Record<string, string>): Promise<Record<string, boolean>> {
  const refused: Record<string, boolean> = {};
  for (const { name, method, path } of routeTable(server)) {
    const answer = await rawAsk(server.url, path, { method, headers });
    refused[name] = answer.status === 401 && answer.body.includes('"unauthenticated"');
  }
  return refused;
}

describe("Every route but the open ones", () => {
  it("refuses a caller without token, with a wrong one, and with a session that is over", async () => {
    const server = await makeServer({ services: { board: () => queueBoard([]) } });
    const cookie = await signIn(server);
    const ended = await rawAsk(server.url, "/api/session/end", {
      method: "POST",
      headers: { cookie, "sec-fetch-site": "same-origin" },
    });
    expect(ended.status).toBe(204);
    const expected = Object.fromEntries(routeTable(server).map(({ name }) => [name, !OPEN_ROUTES.includes(name)]));
    expect(Object.keys(expected).length).toBeGreaterThan(30);
    for (const headers of [
      {},
      { authorization: "Bearer wrong" },
      { authorization: `Basic ${TOKEN}` },
      { cookie },
      { cookie: "a=b" },
    ]) {
      expect(await statuses(server, headers as Record<string, string>)).toEqual(expected);
    }
  });

  it("forgets a session when its time is up", async () => {
    const server = await makeServer();
    const cookie = await signIn(server);
    expect((await rawAsk(server.url, "/api/runs", { headers: { cookie } })).status).toBe(200);
    server.time += 31 * 86_400_000;
    expect((await rawAsk(server.url, "/api/runs", { headers: { cookie } })).status).toBe(401);
  });
});

describe("The open routes", () => {
  it("are health, signing in and the documentation, and each exists", async () => {
    const server = await makeServer();
    const names = routeTable(server).map(({ name }) => name);
    expect(OPEN_ROUTES).toEqual([
      "GET /api/health",
      "GET /sign-in",
      "GET /docs",
      "GET /docs/*",
      "POST /api/hooks/:name",
    ]);
    expect(names).toEqual(expect.arrayContaining([...OPEN_ROUTES]));
  });

  it.each([
    "/api//runs",
    "//api/runs",
    "/api/runs/",
    "/API/runs",
    "/api/runs.",
    "/api/runs%2f",
    "/api/health/../runs",
    "/api/health/%2e%2e/runs",
    "/api/health;/../runs",
    "/api/health/configs",
    "/api/health%2f..%2fruns",
    "/docs/../api/runs",
    "/docs/%2e%2e/api/runs",
    "/docs/..%2fapi%2fruns",
    "/docs/..%5capi%5cruns",
    "/sign-in/../api/runs",
    "/x/docs/y",
  ])("open nothing else by a trick in the path: %s", async (path) => {
    const server = await makeServer();
    const { status, body } = await rawAsk(server.url, path);
    expect([401, 404]).toContain(status);
    expect(body).not.toContain('"items"');
  });

  it("are open for reading only", async () => {
    const server = await makeServer();
    for (const path of ["/api/health", "/docs", "/docs/index", "/sign-in"]) {
      expect((await rawAsk(server.url, path, { method: "POST" })).status).toBe(401);
    }
    expect((await rawAsk(server.url, "/docs", { method: "HEAD" })).status).toBe(200);
  });
});

describe("A browser", () => {
  it("gets the sign-in page, which leads back to where it wanted to go", async () => {
    const server = await makeServer();
    const { status, headers, body } = await rawAsk(server.url, "/runs/1", { headers: { accept: "text/html" } });
    expect(status).toBe(401);
    expect(headers["content-type"]).toContain("text/html");
    expect(body).toContain('name="next" value="/runs/1"');
  });

  it.each([
    [{ "sec-fetch-site": "same-origin" }, 202],
    [{ "sec-fetch-site": "none" }, 202],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "cross-site", origin: "<own>" }, 403],
    [{ origin: "<own>" }, 202],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{}, 403],
  ])("changes something with its session only from our own pages: %j gives %i", async (given, status) => {
    const server = await makeServer();
    const origin = "origin" in given ? { origin: given.origin.replace("<own>", server.url) } : {};
    const headers = { cookie: await signIn(server), "content-type": "application/json", ...given, ...origin };
    const answer = await rawAsk(server.url, "/api/runs", { method: "POST", headers, body: '{"task":"echo"}' });
    expect(answer.status).toBe(status);
  });

  it("is called `manual` as the trigger of the runs it starts, a program `api`", async () => {
    const server = await makeServer();
    const headers = {
      cookie: await signIn(server),
      "content-type": "application/json",
      "sec-fetch-site": "same-origin",
    };
    await rawAsk(server.url, "/api/runs", { method: "POST", headers, body: '{"task":"echo"}' });
    server.time += 1000;
    await server.send("POST", "/api/runs", { task: "echo" });
    const { items } = await (await server.client.api.runs.$get({ query: {} })).json();
    expect(items.map((run) => run.trigger.kind).sort()).toEqual(["api", "manual"]);
  });
});
