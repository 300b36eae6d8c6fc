import { describe, expect, it } from "vitest";
import { makeServer } from "./ports.ts";

describe("The API", () => {
  it("starts a run and shows it in the shape of the contract", async () => {
    const server = await makeServer();
    const started = await server.client.api.runs.$post({ json: { task: "echo", input: { text: "hi" } } });
    expect(started.status).toBe(202);
    const { id } = await started.json();
    await server.run("echo");
    const run = await (await server.client.api.runs[":id"].$get({ param: { id } })).json();
    expect(run).toMatchObject({ id, name: "echo", state: "succeeded", reason: "completed", input: { text: "hi" } });
    expect(run.createdAt).toBe("2026-03-01T12:00:00.000Z");
  });

  it("describes itself, every route with its answers", async () => {
    const server = await makeServer();
    const description = (await (await server.ask("/api/openapi.json")).json()) as { paths: Record<string, object> };
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining(["/api/runs", "/api/runs/{id}/manifest", "/api/data/{collection}", "/api/state/{key}"]),
    );
  });
});
