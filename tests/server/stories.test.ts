/** The two stories that the examples tell, each played by its own triggers in a real server. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, makeFolder, startServer, type TestRun, type TestServer } from "../support/server.ts";

const EXAMPLES = "tasks/examples";
const CLOCK = resolve(import.meta.dirname, "../support/movable-clock.ts");
const PATIENCE = { timeout: 60_000, interval: 20 };

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly paused: boolean;
}
interface StartedRun extends TestRun {
  readonly trigger: { readonly kind: string };
}

/** A server with the examples, in which `edits` replace texts. */
async function serve(edits: Readonly<Record<string, string>>, env: Record<string, string> = {}): Promise<TestServer> {
  const folder = join(makeFolder(), "tasks/examples");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(EXAMPLES)) {
    let text = readFileSync(join(EXAMPLES, file), "utf8");
    for (const [from, to] of Object.entries(edits)) text = text.replaceAll(from, to);
    writeFileSync(join(folder, file), text);
  }
  const server = await startServer({ tasks: join(folder, ".."), env });
  expect(await server.get("/tasks")).toMatchObject({ problems: [] });
  return server;
}

const start = async (server: TestServer, operation: string, input: object): Promise<string> =>
  (await server.post<{ id: string }>("/runs", { operation, input })).id;
const entries = async (server: TestServer): Promise<readonly Entry[]> =>
  (await server.get<{ items: Entry[] }>("/schedule")).items;
const runs = async (server: TestServer, query: string): Promise<readonly StartedRun[]> =>
  (await server.get<{ items: StartedRun[] }>(`/runs?${query}`)).items;

async function resume(server: TestServer, name: string): Promise<void> {
  const entry = (await entries(server)).find((candidate) => candidate.name === name);
  await server.post(`/schedule/${entry?.id}/resume`);
}

interface House {
  readonly average: number;
  readonly heating: boolean;
}

/** What the house said last. None at first. */
async function reading(server: TestServer): Promise<{ version: number; value: House | null }> {
  const { items } = await server.get<{ items: { key: string; version: number; value: House }[] }>("/state");
  return items.find(({ key }) => key === "house") ?? { version: 0, value: null };
}

/** Five seconds pass, and the house is read. Whoever steers the schedule wakes it, so it sees that its clock was moved. */
async function nextReading(server: TestServer, wake: Entry): Promise<House> {
  const { version } = await reading(server);
  server.process.kill("SIGUSR2");
  const look = async (): Promise<number> => {
    await server.post(`/schedule/${wake.id}/pause`);
    return (await reading(server)).version;
  };
  await expect.poll(look, PATIENCE).toBeGreaterThan(version);
  return (await reading(server)).value as House;
}

async function readUntil(server: TestServer, holds: (house: House) => boolean): Promise<House> {
  const wake = (await entries(server)).find(({ name }) => name === "examples/transcode") as Entry;
  for (let step = 0; step < 300; step += 1) {
    const house = await nextReading(server, wake);
    if (holds(house)) return house;
  }
  throw new Error("expected the house to change within 25 minutes");
}

describe("The thermostat", () => {
  test("warms a cold house and lets it cool down again: one operation reads it every 5 s, the other acts every minute", async () => {
    const port = await freePort();
    const server = await serve({ "127.0.0.1:8300": `127.0.0.1:${port}` }, { NODE_OPTIONS: `--import=${CLOCK}` });
    const house = await start(server, "examples/house", { port });
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/`).then(
            ({ ok }) => ok,
            () => false,
          ),
        PATIENCE,
      )
      .toBe(true);
    for (const name of ["examples/read-rooms", "examples/thermostat"]) await resume(server, name);

    expect((await readUntil(server, ({ heating }) => heating)).average).toBeLessThan(20);
    await readUntil(server, ({ average }) => average > 22);
    await readUntil(server, ({ heating }) => !heating);
    await readUntil(server, ({ average }) => average < 22);

    await server.post(`/runs/${house}/cancel`);
    for (const name of ["examples/read-rooms", "examples/thermostat"]) {
      const acted = await runs(server, `name=${name}&limit=100`);
      expect(new Set(acted.map(({ trigger }) => trigger.kind))).toEqual(new Set(["every"]));
      expect(acted.filter(({ state }) => state === "failed")).toEqual([]);
    }
  }, 120_000);
});

/** Three films of one second. */
function makeFilms(): string {
  const folder = makeFolder();
  for (const name of ["a.mkv", "it's b.mkv", "c $(touch d).mkv"]) {
    const source = ["-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5"];
    execFileSync("ffmpeg", ["-v", "error", ...source, join(folder, name)]);
  }
  return folder;
}

const missing = ["ffmpeg", "jq"].filter((tool) => spawnSync(tool, ["--help"]).error !== undefined);

describe("The films", () => {
  test.skipIf(missing.length > 0)(
    `are transcoded when the machine is calm, and then announced (needs ffmpeg and jq)`,
    async () => {
      // However busy the machine is that runs this test.
      const server = await serve({ "/media/in": makeFilms(), "below: 30": "below: 101" });
      await resume(server, "examples/transcode");
      await expect.poll(() => runs(server, "name=examples/transcode"), PATIENCE).toHaveLength(1);
      const [run] = await runs(server, "name=examples/transcode");
      expect(run?.trigger).toMatchObject({ kind: "when" });
      expect(await server.finished(run?.id ?? "")).toMatchObject({ state: "succeeded" });
      const { items } = await server.get<{ items: { id: string; name: string }[] }>(`/runs/${run?.id}/files`);
      expect(items.map(({ name }) => name).toSorted()).toEqual(["a.mp4", "c $(touch d).mp4", "it's b.mp4"]);
      for (const { id } of items) expect(await codecOf(server, id)).toBe("h264,64,48,5");

      await expect.poll(() => runs(server, `startedBy=${run?.id}`), PATIENCE).toHaveLength(1);
      const [announced] = await runs(server, `startedBy=${run?.id}`);
      expect(await server.finished(announced?.id ?? "")).toMatchObject({
        state: "succeeded",
        trigger: { kind: "after" },
      });
      expect(JSON.stringify(await server.get(`/runs/${announced?.id}/logs`))).toContain("3 films are ready");
    },
    120_000,
  );

  test("are not touched on a machine without ffmpeg, and the run says what is missing", async () => {
    const server = await serve({}, { PATH: folderWith("sh") });
    const id = await start(server, "examples/transcode", { folder: makeFolder() });
    expect(await server.finished(id)).toMatchObject({ state: "failed", counts: { failed: 1 } });
    const { items } = await server.get<{ items: { error: { message: string } | null }[] }>(`/runs/${id}/tasks`);
    expect(items[0]?.error?.message).toContain("ffmpeg is missing; on Debian: apt-get install ffmpeg");
  });
});

/** Codec, width, height and frames of a film in the file store, as ffprobe counts them. */
async function codecOf(server: TestServer, file: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/files/${file}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const path = join(makeFolder(), "film.mp4");
  writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
  const what = ["-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0"];
  return execFileSync("ffprobe", ["-v", "error", ...what, path], { encoding: "utf8" }).trim();
}

/** A folder with that one command. */
function folderWith(command: string): string {
  const folder = makeFolder();
  symlinkSync(execFileSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).trim(), join(folder, command));
  return folder;
}

test("The examples start nothing by themselves", async () => {
  const server = await serve({});
  onTestFinished(async () => void (await server.kill("SIGTERM")));
  expect((await entries(server)).filter(({ paused }) => !paused).map(({ kind }) => kind)).toEqual(["after"]);
});
