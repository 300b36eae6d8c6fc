import { expect, it } from "vitest";
import { makeServer } from "../ports.ts";

it("The manifest tells everything about a run in one document, however many pages that takes", async () => {
  const lines = Array.from({ length: 620 }, (_, i) => `line ${i}`);
  const server = await makeServer({
    scripts: {
      crawl: async ({ input, key }, host) => {
        if (key !== null && key !== "")
          return { output: { depth: 1 }, records: [{ collection: "pages", key, data: { key } }] };
        for (const text of lines) host.log({ stream: "log", level: "info", time: 0, text });
        const spawned = Array.from({ length: 510 }, (_, i) => ({
          task: null,
          key: `page ${i}`,
          input: { ...input, i },
        }));
        return { output: "done", spawned, report: { pages: 510 } };
      },
    },
  });
  const id = await server.run("crawl", { url: "https://example.com" });
  const response = await server.client.api.runs[":id"].manifest.$get({ param: { id } });
  const manifest = await response.json();
  expect(manifest).toMatchObject({
    id,
    name: "crawl",
    state: "succeeded",
    report: { pages: 510 },
    counts: { succeeded: 511 },
  });
  expect(manifest.tasks).toHaveLength(511);
  expect(manifest.tasks[0]).toMatchObject({ run: id, parent: null, subtasks: 510, output: "done" });
  expect(new Set(manifest.tasks.map(({ key }) => key)).size).toBe(511);
  expect(manifest.records).toHaveLength(510);
  expect(manifest.logs.map(({ text }) => text)).toEqual(lines);
  expect(manifest.files).toEqual([]);
  for (const name of ["self", "tasks", "files", "records", "logs"]) {
    expect((await server.ask(manifest.links[name] ?? "")).status).toBe(200);
  }
});

it("The manifest of an unknown run is a problem", async () => {
  const server = await makeServer();
  expect(await (await server.ask("/api/runs/none/manifest")).json()).toMatchObject({
    code: "unknown_run",
    status: 404,
  });
});
