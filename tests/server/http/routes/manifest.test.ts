import { expect, it } from "vitest";
import { z } from "zod";
import { makeServer, type TestServer } from "../ports.ts";

const MANUAL = { kind: "manual", id: null, nominalAt: null, runId: null } as const;

/** The manifest of a run, which must be what its published schema says. */
async function manifestOf(server: TestServer, id: string) {
  const schema = await (await server.ask("/api/schemas/manifest")).json();
  const manifest = await (await server.client.api.runs[":id"].manifest.$get({ param: { id } })).json();
  z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).parse(manifest);
  return manifest;
}

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
  const manifest = await manifestOf(server, id);
  expect(manifest).toMatchObject({
    id,
    name: "crawl",
    state: "succeeded",
    report: { pages: 510 },
    counts: { succeeded: 511 },
    success: true,
    $schema: "/api/schemas/manifest",
  });
  expect(manifest.tasks.at(-1)).toMatchObject({ success: true, history: [{ number: 1, state: "succeeded" }] });
  expect(manifest.tasks).toHaveLength(511);
  expect(manifest.tasks[0]).toMatchObject({ run: id, parent: null, subtasks: 510, output: "done" });
  expect(new Set(manifest.tasks.map(({ key }) => key)).size).toBe(511);
  expect(manifest.records).toHaveLength(510);
  expect(manifest.logs.map(({ text }) => text)).toEqual(lines);
  expect(manifest.files).toEqual([]);
  const links = [manifest.tasks[0]?.links, manifest.links].flatMap((some) =>
    Object.values(some ?? {}).filter((link) => link.startsWith("/api/")),
  );
  expect(links.length).toBeGreaterThan(7);
  for (const link of links) expect([link, (await server.ask(link)).status]).toEqual([link, 200]);
});

it("The manifest of an unknown run is a problem", async () => {
  const server = await makeServer();
  expect(await (await server.ask("/api/runs/none/manifest")).json()).toMatchObject({
    code: "unknown_run",
    status: 404,
  });
});

it("The manifest of a run that failed says so, with why, and what each task ended as", async () => {
  const fail = async (): Promise<never> => {
    throw new Error("the printer is on fire");
  };
  const server = await makeServer({ scripts: { fail } });
  const manifest = await manifestOf(server, await server.run("fail"));
  expect(manifest).toMatchObject({
    ...{ success: false, state: "failed", finishedAt: expect.any(String) },
    tasks: [{ success: false, error: { message: "the printer is on fire" }, history: [{ state: "failed" }] }],
  });
});

it("The manifest of a run that goes on has no success yet", async () => {
  const release = Promise.withResolvers<Record<string, never>>();
  const server = await makeServer({ scripts: { wait: () => release.promise } });
  const { run } = await server.engine.submit({ name: "wait", input: {}, trigger: MANUAL });
  expect(await manifestOf(server, run.id)).toMatchObject({ success: null, tasks: [{ success: null }] });
  release.resolve({});
});
