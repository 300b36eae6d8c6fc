import { expect, it } from "vitest";
import { createManifests } from "../../../apps/server/engine/manifests.ts";
import { manifestWriter } from "../../../apps/server/http/manifest.ts";
import { SILENT } from "../../support/engine.ts";
import { ended, makeServer, type TestServer } from "../http/ports.ts";

/** Rounds of the duty until nothing is left; the server makes rounds of its own beside them. */
async function writeAll({ store, fileStore }: TestServer): Promise<number> {
  const write = manifestWriter(store, fileStore);
  const duty = createManifests({ ...store, clock: () => 0, log: SILENT, writeManifest: write });
  let written = 0;
  for (let round = await duty.runOnce(); round.written > 0; round = await duty.runOnce()) {
    expect(round.written).toBeLessThanOrEqual(10);
    written += round.written;
  }
  return written;
}

async function rowsOf(server: TestServer): Promise<unknown[]> {
  const { rows } = await server.store.database.read("SELECT run_id, size FROM manifests ORDER BY run_id", []);
  return rows.map((row) => [row.run_id, row.size]);
}

it("The manifest of a run that ended lies in the file store, once, as it can be had live", async () => {
  const server = await makeServer();
  const id = await server.run("echo", { n: 1 });
  await writeAll(server);
  const live = await (await server.ask(`/api/runs/${id}/manifest`)).text();
  const kept = await server.ask(`/api/runs/${id}/manifest/kept`);
  expect([kept.headers.get("content-length"), await kept.text()]).toEqual([String(live.length), live]);
  expect(await rowsOf(server)).toEqual([[id, live.length]]);
});

it("A run that is retried has its new manifest in the place of the old one", async () => {
  const tries = { left: 1 };
  const flaky = async (): Promise<object> => {
    tries.left -= 1;
    if (tries.left >= 0) throw new Error("not yet");
    return {};
  };
  const server = await makeServer({ scripts: { flaky } });
  const id = await server.run("flaky");
  await writeAll(server);
  await server.engine.retry(id);
  await ended(server.services, id);
  await writeAll(server);
  expect(await (await server.ask(`/api/runs/${id}/manifest/kept`)).json()).toMatchObject({ success: true });
  expect(await rowsOf(server)).toHaveLength(1);
});

it("Many runs have theirs written a few at a time, and none is missed", async () => {
  const server = await makeServer();
  const ids: string[] = [];
  for (let n = 0; n < 25; n++) ids.push(await server.run("echo", { n }));
  await writeAll(server);
  expect((await rowsOf(server)).map((row) => (row as unknown[])[0])).toEqual(ids.toSorted());
});

it("A run that goes on has none in the file store", async () => {
  const release = Promise.withResolvers<Record<string, never>>();
  const server = await makeServer({ scripts: { wait: () => release.promise } });
  const trigger = { kind: "manual", id: null, nominalAt: null, runId: null } as const;
  const { run } = await server.engine.submit({ name: "wait", input: {}, trigger });
  expect(await (await server.ask(`/api/runs/${run.id}/manifest/kept`)).json()).toMatchObject({ code: "unknown_file" });
  release.resolve({});
});
