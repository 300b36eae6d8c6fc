import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { makeServer, rawAsk, type TestServer, TOKEN } from "./ports.ts";

const JSON_TYPE = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };

function post(server: TestServer, body: string, headers: Record<string, string> = JSON_TYPE) {
  return rawAsk(server.url, "/api/runs", { method: "POST", headers, body });
}

describe("A body", () => {
  it.each([
    ["{", 400, ""],
    ['{"task":NaN}', 400, ""],
    ['{"task":"echo","extra":1}', 400, "extra"],
    ['{"task":"echo","operation":"echo"}', 400, ""],
    ["{}", 400, ""],
    ["[]", 400, ""],
    ['{"task":"echo","input":{"__proto__":{"admin":true}}}', 400, "input.__proto__"],
    ['{"task":"echo","input":{"list":[{"constructor":1}]}}', 400, "input.list[0].constructor"],
    ['{"task":"echo","input":{"prototype":1}}', 400, "input.prototype"],
    ['{"task":"echo","input":{"big":1e999}}', 400, "input.big"],
    ['{"task":"echo","input":{"half":"\\ud800"}}', 400, "input.half"],
    ['{"task":"echo","input":{"a":1,"b":{"twice":1,"twice":2}}}', 400, "twice"],
    ['{"task":"echo","task":"other"}', 400, "task"],
    [`{"task":"echo","input":${'{"a":'.repeat(70)}1${"}".repeat(70)}}`, 400, undefined],
    [`${"[".repeat(100_000)}${"]".repeat(100_000)}`, 400, undefined],
    ['{"task":"echo","input":{"fine":true}}', 202, undefined],
  ])("like %s gives %i", async (body, status, path) => {
    const server = await makeServer();
    const answer = await post(server, body);
    expect(answer.status).toBe(status);
    if (status === 202) return;
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const problem = JSON.parse(answer.body);
    expect(problem).toMatchObject({ code: "invalid_request", requestId: answer.headers["x-request-id"] });
    if (path) expect(problem.fields).toMatchObject([{ path }]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json5"])(
    "of type %s is refused, even when it is empty",
    async (type) => {
      const server = await makeServer();
      for (const body of ['{"task":"echo"}', ""]) {
        const answer = await post(server, body, { ...JSON_TYPE, "content-type": type });
        expect(JSON.parse(answer.body)).toMatchObject({ status: 415, code: "unsupported_media_type" });
      }
    },
  );

  it("above 1 MiB is refused by its stated length, before it is sent", async () => {
    const server = await makeServer();
    const status = await new Promise((done, failed) => {
      const headers = { ...JSON_TYPE, "content-length": 5_000_000_000 };
      const sent = request(`${server.url}/api/runs`, { method: "POST", headers, agent: false }, (response) => {
        done(response.statusCode);
        sent.destroy();
      });
      sent.on("error", failed);
      sent.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it("above 1 MiB is refused when it comes in chunks", async () => {
    const server = await makeServer();
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(256 * 1024).fill(32)),
    });
    const answer = await fetch(`${server.url}/api/runs`, {
      method: "POST",
      headers: JSON_TYPE,
      body,
      duplex: "half",
    } as RequestInit);
    expect(await answer.json()).toMatchObject({ status: 413, code: "body_too_large" });
  });

  it("may be missing where nothing is asked for", async () => {
    const server = await makeServer();
    const id = await server.run("echo");
    const answer = await server.ask(`/api/runs/${id}/cancel`, { method: "POST" });
    expect(await answer.json()).toMatchObject({ code: "run_final", status: 409 });
  });
});
