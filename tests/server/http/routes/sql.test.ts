import { describe, expect, it } from "vitest";
import { makeServer } from "../ports.ts";

describe("POST /api/sql", () => {
  it("answers with columns and rows", async () => {
    const server = await makeServer();
    const id = await server.run("echo", { n: 7 });
    const asked = { sql: "SELECT id, input->>'n' AS n FROM runs WHERE name = :name", parameters: { name: "echo" } };
    const answer = await (await server.send("POST", "/api/sql", asked)).json();
    expect(answer).toEqual({ columns: ["id", "n"], rows: [[id, 7]], truncated: false, ms: expect.any(Number) });
  });

  it("tells what is wrong with a statement, and refuses what is not asked right", async () => {
    const server = await makeServer();
    const wrong = await (await server.send("POST", "/api/sql", { sql: "SELECT price FROM runs" })).json();
    expect(wrong).toMatchObject({ code: "invalid_query", detail: expect.stringContaining("no such column: price") });
    for (const body of [{}, { sql: "" }, { sql: "SELECT 1", limit: 10_001 }, { sql: "SELECT 1", timeout: 61 }])
      expect((await server.send("POST", "/api/sql", body)).status).toBe(400);
  });
});

it("GET /api/sql lists the tables with their columns", async () => {
  const server = await makeServer();
  const { items } = await (await server.client.api.sql.$get()).json();
  expect(items.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["runs", "task_runs", "records", "files", "state"]),
  );
  expect(items.find(({ name }) => name === "state")?.columns).toContain("value");
});
