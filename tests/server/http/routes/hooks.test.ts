import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeServer, type TestServer } from "../ports.ts";

const HOOK = { webhook: "push", secretEnv: "HOOK_SECRET", tolerance: 300_000, input: { by: "hook", branch: "none" } };

const makeHooked = () => makeServer({ definitions: [{ name: "build", triggers: [HOOK] }] });

interface Message {
  readonly name?: string;
  readonly body?: string;
  readonly secret?: string;
  /** Seconds from the server's now. */
  readonly age?: number;
  readonly signed?: string;
}

/** Sends a message without a token, signed as it should be unless the test says otherwise. */
function send(server: TestServer, message: Message = {}): Promise<Response> {
  const { name = "push", body = '{"branch":"main"}', secret = "s3cret", age = 0 } = message;
  const timestamp = String(Math.floor(server.time / 1000) - age);
  const signature = createHmac("sha256", secret)
    .update(`${timestamp}.${message.signed ?? body}`)
    .digest("hex");
  const headers = { "x-ultravisor-timestamp": timestamp, "x-ultravisor-signature": `sha256=${signature}` };
  return fetch(`${server.url}/api/hooks/${name}`, {
    method: "POST",
    body,
    headers: { ...headers, "content-type": "application/json" },
  });
}

describe("A signed message", () => {
  it("starts a run with its fields as input, and without a token", async () => {
    const server = await makeHooked();
    const answer = await send(server);
    expect(answer.status).toBe(202);
    const { runs } = (await answer.json()) as { runs: { id: string }[] };
    expect(await server.services.runs.get(runs[0]?.id ?? "")).toMatchObject({
      name: "build",
      input: { by: "hook", branch: "main" },
      trigger: { kind: "webhook" },
    });
  });

  it("that comes twice starts one run", async () => {
    const server = await makeHooked();
    expect(await (await send(server)).json()).toEqual(await (await send(server)).json());
    expect((await server.store.runs.list({})).items).toHaveLength(1);
  });

  it.each<[string, Message]>([
    ["signed with another secret", { secret: "guess" }],
    ["for another name", { name: "pull" }],
    ["whose body was changed", { signed: '{"branch":"other"}' }],
    ["that is too old", { age: 301 }],
    ["from the future", { age: -301 }],
  ])("%s is refused, always in the same words", async (_title, message) => {
    const server = await makeHooked();
    const answer = await send(server, message);
    expect(await answer.json()).toMatchObject({
      status: 403,
      code: "forbidden",
      detail: expect.stringMatching(/^No webhook has this name, or/),
    });
    expect((await server.store.runs.list({})).items).toEqual([]);
  });

  it("is refused when the server does not have the secret", async () => {
    const hook = { ...HOOK, secretEnv: "UNSET" };
    const server = await makeServer({ definitions: [{ name: "build", triggers: [hook] }] });
    expect((await send(server, { secret: "" })).status).toBe(403);
  });

  it("must be a JSON object", async () => {
    const server = await makeHooked();
    expect(await (await send(server, { body: "[1]" })).json()).toMatchObject({ code: "invalid_request" });
  });

  it("starts nothing while its trigger is paused", async () => {
    const server = await makeHooked();
    const [entry] = await server.store.schedule.list();
    await server.engine.setPaused(entry?.id ?? "", true);
    expect((await send(server)).status).toBe(403);
  });
});

it("A message without a signature is refused", async () => {
  const server = await makeHooked();
  const answer = await fetch(`${server.url}/api/hooks/push`, { method: "POST" });
  expect(answer.status).toBe(403);
});
