import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestOptions } from "../../../../apps/sdk/context.ts";
import { type Started, start } from "../start.ts";

let here: Started;
let other: Started;

beforeAll(async () => {
  [here, other] = await Promise.all([start({ chromium: null }), start({ chromium: null })]);
  for (const { site } of [here, other]) {
    site.route("/echo", async (request, response) => {
      const { authorization, "content-type": type } = request.headers;
      const told = { method: request.method, body: await text(request), authorization, type };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told));
    });
  }
  here.site.route("/to", (request, response, url) => {
    request.resume();
    const target = url.searchParams.has("away") ? other.site.url : "";
    response.writeHead(Number(url.searchParams.get("status")), { location: `${target}/echo` }).end();
  });
});
afterAll(() => Promise.all([here.close(), other.close()]));

/** What arrives behind a redirect. */
async function arrived(path: string, options: RequestOptions): Promise<unknown> {
  const session = await here.open({ fixtures: ["request"] });
  try {
    const answer = await session.fixtures.request(here.site.url + path, options);
    return JSON.parse(answer.text);
  } finally {
    await session.close();
  }
}

describe("A redirected request", () => {
  test.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [303, "PATCH", "GET"],
    [303, "GET", "GET"],
  ])("(%i) that began as %s goes on as %s, with its body or without", async (status, method, then) => {
    const body = method === "GET" ? {} : { body: "a=1", headers: { "content-type": "text/plain" } };
    const told = then === "GET" ? { body: "" } : { body: "a=1", type: "text/plain" };
    expect(await arrived(`/to?status=${status}`, { method, ...body })).toEqual({ method: then, ...told });
  });

  test("takes its body to another origin, and no key", async () => {
    const headers = { authorization: "Bearer secret", "content-type": "text/plain" };
    expect(await arrived("/to?status=308&away", { method: "POST", body: "a=1", headers })).toEqual({
      method: "POST",
      body: "a=1",
      type: "text/plain",
    });
  });
});
