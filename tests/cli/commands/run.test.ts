import { describe, expect, it } from "vitest";
import { makeServer, type Script } from "../../server/http/ports.ts";
import { commandsFor } from "../command-line.ts";

const scripts: Record<string, Script> = {
  talk: async ({ input }, host) => {
    host.log({
      stream: "stdout",
      level: "info",
      time: 0,
      text: `got ${JSON.stringify(input)} \u001b[31mred\u001b[0m\u0007`,
    });
    return { output: input };
  },
  fail: async () => {
    throw new Error("it broke");
  },
};

const SCHEMA = {
  type: "object",
  properties: {
    text: { type: "string" },
    depth: { type: "integer" },
    deep: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
  },
};

async function make() {
  const server = await makeServer({ scripts, definitions: [{ name: "talk", input: SCHEMA }] });
  return { server, ultravisor: commandsFor(server.url) };
}

describe("`run`", () => {
  it("starts a task, converts its input by the task's schema, waits, and prints its log without control codes", async () => {
    const { ultravisor } = await make();
    const { code, stdout } = await ultravisor(
      "run",
      "talk",
      "text=007",
      "depth=3",
      "deep=true",
      "tags=a,b",
      'x={"y":1}',
      "--wait",
    );
    expect(stdout).toContain('got {"text":"007","depth":3,"deep":true,"tags":["a","b"],"x":{"y":1}} red\n');
    expect(stdout).toMatch(/succeeded after [\d.]+ s: ./);
    expect(code).toBe(0);
  });

  it("exits with 1 when the run failed, and with --json prints the run and nothing else", async () => {
    const { ultravisor } = await make();
    const { code, stdout, stderr } = await ultravisor("run", "fail", "--wait", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ name: "fail", state: "failed", counts: { failed: 1 } });
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("without --wait tells the id and how to follow", async () => {
    const { server, ultravisor } = await make();
    const { code, stdout } = await ultravisor(
      "run",
      "talk",
      "--input",
      '{"text":"a"}',
      "text=b",
      "--idempotency-key",
      "once",
    );
    const { items } = await (await server.client.api.runs.$get({ query: {} })).json();
    expect(items).toMatchObject([{ name: "talk", input: { text: "b" } }]);
    expect(stdout).toContain(`Started talk as run ${items[0]?.id}`);
    expect(code).toBe(0);
    const again = await ultravisor("run", "talk", "--idempotency-key", "once", "--json");
    expect(JSON.parse(again.stdout)).toEqual({ id: items[0]?.id });
  });

  it.each([
    [["run", "nope"], 'No task or operation is called "nope"; known are echo, talk, fail'],
    [["run", "broken"], "broken.yaml:3: expected a mapping, got a list"],
    [["run", "talk", "depth=deep"], 'Expected depth to be a number; got "deep"'],
    [["run", "talk", "deep=yes"], "Expected deep to be true or false"],
    [["run", "talk", "word"], "Expected key=value"],
    [["run", "talk", "--input", "[1]"], "Expected --input to be a JSON object"],
    [["run", "talk", "--input", "{"], "Expected --input to be a JSON object"],
    [["run", "talk", "__proto__=1"], "The body is refused"],
    [["run"], "missing required argument 'name'"],
    [["run", "talk", "--colour"], "unknown option '--colour'"],
    [["fly"], "unknown command 'fly'"],
  ])("refuses %j with exit code 2", async (words, message) => {
    const { server, ultravisor } = await make();
    const { code, stdout, stderr } = await ultravisor(...words);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect((await (await server.client.api.runs.$get({ query: {} })).json()).items).toEqual([]);
  });
});
