import { describe, expect, it } from "vitest";
import { ERROR_STATUS } from "../../../apps/server/core/errors.ts";
import { makeServer } from "./ports.ts";

const LOST = {
  async get() {
    throw Object.assign(new Error("SELECT failed in /var/lib/secret.db"), { code: "SQLITE_IOERR" });
  },
};

async function failingWith(code: string) {
  const fail = async (): Promise<never> => {
    throw new Error("outer", { cause: Object.assign(new Error("/var/lib/secret.db"), { code }) });
  };
  const server = await makeServer();
  Object.assign(server.services.records, { collections: fail });
  return { server, answer: await server.ask("/api/data") };
}

describe("An error", () => {
  it("that nobody foresaw tells its request id and nothing of the inside, while the log tells all", async () => {
    const { server, answer } = await failingWith("EWHATEVER");
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      code: "internal",
      status: 500,
      requestId: answer.headers.get("x-request-id"),
    });
    expect(text).not.toMatch(/secret|outer|\.ts/);
    expect(server.logged.find(({ level }) => level === "error")).toMatchObject({
      facts: { requestId: answer.headers.get("x-request-id"), err: { message: "outer" } },
    });
  });

  it.each([
    ["SQLITE_BUSY", "database_busy", 503],
    ["SQLITE_BUSY_SNAPSHOT", "database_busy", 503],
    ["SQLITE_FULL", "disk_full", 507],
    ["ENOSPC", "disk_full", 507],
  ])("of the system such as %s becomes %s", async (code, expected, status) => {
    const { answer } = await failingWith(code);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code: expected });
    expect(answer.headers.get("retry-after")).toBe(status === 503 ? "1" : null);
  });

  it("of an address that nothing answers is `unknown_route`", async () => {
    const server = await makeServer();
    for (const [method, path] of [
      ["GET", "/api/nothing"],
      ["DELETE", "/api/runs"],
      ["GET", "/assets/none.js"],
      ["PATCH", "/"],
    ] as const) {
      const answer = await server.ask(path, { method });
      expect(await answer.json()).toMatchObject({
        code: "unknown_route",
        status: 404,
        type: "/docs/errors#unknown_route",
      });
    }
  });

  it("of a query names its field", async () => {
    const server = await makeServer();
    const answer = await server.ask("/api/runs?limit=5000&status=done&colour=red");
    const problem = (await answer.json()) as { fields: { path: string }[] };
    expect(problem).toMatchObject({ code: "invalid_query", status: ERROR_STATUS.invalid_query });
    expect(problem.fields.map(({ path }) => path).sort()).toEqual(["colour", "limit", "status"]);
  });

  it("answers carry the headers that keep a browser safe", async () => {
    const server = await makeServer({
      services: {
        runs: {
          ...LOST,
          list: async () => ({ items: [], next: null }),
          countByState: async () => ({}),
          result: LOST.get,
          served: async () => [],
        },
      },
    });
    for (const path of [
      "/api/health",
      "/api/runs",
      "/api/nothing",
      "/api/runs/00000000-0000-7000-8000-000000000000",
      "/docs/",
    ]) {
      const { headers } = await server.ask(path);
      expect(headers.get("content-security-policy")).toMatch(
        /script-src 'self';.*object-src 'none'.*frame-ancestors 'none'/,
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
