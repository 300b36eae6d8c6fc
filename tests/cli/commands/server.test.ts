import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeServer, TOKEN } from "../../server/http/ports.ts";
import { looked } from "../../support/looked.ts";
import { commandsFor } from "../command-line.ts";

async function make() {
  const definitions = [
    {
      name: "echo",
      description: "Says it again",
      triggers: [{ cron: "0 17 * * *", timezone: "UTC", input: { a: 1 } }],
    },
  ];
  const server = await makeServer({ definitions });
  return { server, ultravisor: commandsFor(server.url) };
}

describe("`tasks`", () => {
  it("lists what can be started, and the mistakes of files with their mend", async () => {
    const { ultravisor } = await make();
    const { code, stdout } = await ultravisor("tasks");
    expect(stdout).toMatch(/echo +code +cron 0 17 \* \* \* +Says it again/);
    expect(stdout).toContain("broken.yaml:3: expected a mapping, got a list\n  write `key: value`");
    expect(code).toBe(0);
    expect(JSON.parse((await ultravisor("tasks", "--json")).stdout)).toMatchObject({
      items: [{ name: "echo" }],
      problems: [{ line: 3 }],
    });
  });
});

describe("`export`", () => {
  it("prints a recorded flow, and says so when a task is none", async () => {
    const recording = { title: "Buy", steps: [] };
    const server = await makeServer({ definitions: [{ name: "shop/buy", recording }, { name: "echo" }] });
    const ultravisor = commandsFor(server.url);
    expect(JSON.parse((await ultravisor("export", "shop/buy")).stdout)).toEqual(recording);
    expect(await ultravisor("export", "echo")).toMatchObject({ code: 2, stderr: expect.stringContaining("recorded") });
  });
});

describe("`state`", () => {
  it("sets, gets, lists and deletes", async () => {
    const { ultravisor } = await make();
    expect((await ultravisor("state", "set", "a/b", '{"n":[1]}')).stdout).toBe('a/b is {"n":[1]} (version 1).\n');
    expect((await ultravisor("state", "set", "word", "plain text")).code).toBe(0);
    expect(JSON.parse((await ultravisor("state", "get", "a/b")).stdout)).toEqual({ n: [1] });
    expect((await ultravisor("state", "get", "word")).stdout).toBe('"plain text"\n');
    expect((await ultravisor("state", "list")).stdout).toMatch(/a\/b +\{"n":\[1\]\} +1 /);
    expect(JSON.parse((await ultravisor("state", "list", "--node", "--json")).stdout)).toEqual({
      items: [],
      next: null,
    });
    expect((await ultravisor("state", "delete", "word")).code).toBe(0);
    expect(await ultravisor("state", "get", "word")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no key "word"'),
    });
  });
});

describe("`schedule`", () => {
  it("fills in the times of a range", async () => {
    const { ultravisor } = await make();
    const fill = () =>
      ultravisor("schedule", "backfill", "echo", "--from", "2026-02-20T00:00:00Z", "--to", "2026-02-21T00:00:00Z");
    expect((await fill()).stdout).toMatch(/^Started run [0-9a-f-]+ for 2026-02-20T17:00:00.000Z\.\n$/);
    expect((await fill()).stdout).toBe("1 of the times had a run already.\n");
  });

  it("says what a condition found last", async () => {
    const server = await makeServer({
      definitions: [{ name: "cool", triggers: [{ when: { state: "warmth", above: 24 } }] }],
    });
    await looked(server.services);
    const { stdout } = await commandsFor(server.url)("schedule");
    expect(stdout).toMatch(/cool +when state warmth above 24 .* it could not be told: null is no number/);
  });

  it("lists, previews, pauses, resumes and runs", async () => {
    const { server, ultravisor } = await make();
    expect((await ultravisor("schedule")).stdout).toMatch(/echo +cron 0 17 \* \* \* +2026-03-01 17:00:00/);
    const preview = await ultravisor(
      "schedule",
      "preview",
      "30 1 * * *",
      "--timezone",
      "America/New_York",
      "--from",
      "2025-11-02T04:00:00Z",
      "--count",
      "2",
    );
    expect(preview.stdout).toBe("2025-11-02T05:30:00.000Z\n2025-11-03T06:30:00.000Z\n");
    expect(JSON.parse((await ultravisor("schedule", "preview", "12s", "--json")).stdout).next).toHaveLength(5);
    expect((await ultravisor("schedule", "pause", "echo")).stdout).toBe("echo is paused.\n");
    expect((await ultravisor("schedule")).stdout).toMatch(/echo .* paused/);
    expect((await ultravisor("schedule", "resume", "echo")).stdout).toContain("next started at 2026-03-01 17:00:00");
    const { id } = JSON.parse((await ultravisor("schedule", "run", "echo", "--json")).stdout);
    expect(await (await server.ask(`/api/runs/${id}`)).json()).toMatchObject({ name: "echo", input: { a: 1 } });
  });

  it.each([
    [["schedule", "preview", "61 * * * *"], "61"],
    [["schedule", "preview", "{x"], "Expected a trigger as JSON"],
    [["schedule", "pause", "nope"], "No trigger has the id"],
  ])("refuses %j with exit code 2", async (words, message) => {
    const { ultravisor } = await make();
    expect(await ultravisor(...words)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
  });
});

describe("`doctor`", () => {
  function makeData(mode: number): string {
    const data = mkdtempSync(join(tmpdir(), "ultravisor-doctor-"));
    onTestFinished(() => rmSync(data, { recursive: true }));
    writeFileSync(join(data, "token"), TOKEN, { mode });
    return data;
  }

  it("finds nothing wrong on a machine where all is well", async () => {
    const { server } = await make();
    const { code, stdout } = await commandsFor(server.url, { ULTRAVISOR_TOKEN: "", ULTRAVISOR_DATA: makeData(0o600) })(
      "doctor",
    );
    expect(stdout).toMatch(/^ok +node +v\d+/);
    expect(stdout).toMatch(/^ok +server .*version 0\.1\.0, node node-a, queue libsql, SQLite 3\.45\.1$/m);
    expect(stdout).toMatch(/^warning +chromium +\/usr\/bin\/chromium, without its sandbox$/m);
    expect(stdout).not.toMatch(/^wrong/m);
    expect(code).toBe(0);
  });

  it("finds a token that others can read, a missing server, and a token that is not the server's", async () => {
    const { server } = await make();
    const open = await commandsFor(server.url, { ULTRAVISOR_TOKEN: "", ULTRAVISOR_DATA: makeData(0o644) })("doctor");
    expect([open.code, open.stdout]).toEqual([1, expect.stringMatching(/^wrong +token +Others can read .*chmod 600/m)]);
    const wrong = await commandsFor(server.url, { ULTRAVISOR_TOKEN: "wrong" })("doctor", "--json");
    expect(JSON.parse(wrong.stdout).findings).toContainEqual(
      expect.objectContaining({ level: "wrong", text: expect.stringContaining("does not accept") }),
    );
    await server.listening.close();
    const away = await commandsFor(server.url)("doctor");
    expect([away.code, away.stdout]).toEqual([3, expect.stringMatching(/^wrong +server +Nothing answers/m)]);
  });
});
