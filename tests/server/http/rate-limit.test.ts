import { describe, expect, test } from "vitest";
import { rateLimit } from "../../../apps/server/core/rate-limit.ts";
import { makeServer, rawAsk, signIn, type TestServer, TOKEN } from "./ports.ts";

const BEARER = { authorization: `Bearer ${TOKEN}` };

/** A server whose clock stands still, so that what is used up stays so. */
const limited = (perSecond: number): Promise<TestServer> =>
  makeServer({ services: { rateLimits: { local: rateLimit(perSecond), remote: null } } });

async function askTimes(server: TestServer, times: number, headers: Record<string, string>): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: times }, () => rawAsk(server.url, "/api/session", { headers })),
  );
  return answers.map(({ status }) => status).toSorted();
}

describe("A token that asks too fast", () => {
  test("gets a problem that says what is allowed, and when to come again", async () => {
    const server = await limited(2);
    expect(await askTimes(server, 6, BEARER)).toEqual([200, 200, 200, 200, 429, 429]);
    const { headers, body } = await rawAsk(server.url, "/api/session", { headers: BEARER });
    expect(headers).toMatchObject({ "retry-after": "1", "content-type": "application/problem+json; charset=UTF-8" });
    expect(JSON.parse(body)).toMatchObject({ status: 429, code: "too_many_requests", fields: [] });
    expect(JSON.parse(body).detail).toContain("at most 2 requests per second (4 at once)");
  });

  test("is taken again when time has passed", async () => {
    const server = await limited(2);
    await askTimes(server, 5, BEARER);
    server.time += 500;
    expect(await askTimes(server, 2, BEARER)).toEqual([200, 429]);
  });

  test("keeps nobody else from asking: a signed-in browser, or the open routes", async () => {
    const server = await limited(2);
    const cookie = await signIn(server);
    await askTimes(server, 5, BEARER);
    expect(await askTimes(server, 5, { cookie })).toEqual([200, 200, 200, 200, 429]);
    expect((await rawAsk(server.url, "/api/health")).status).toBe(200);
  });

  test("is not held up where there is no limit", async () => {
    const server = await makeServer();
    expect(new Set(await askTimes(server, 50, BEARER))).toEqual(new Set([200]));
  });
});

describe("A caller from another machine", () => {
  test("has a limit of its own", async () => {
    const server = await makeServer({ services: { rateLimits: { local: null, remote: rateLimit(1) } } });
    const from = (remoteAddress: string) =>
      server.app.request(
        "http://127.0.0.1/api/session",
        { headers: BEARER },
        { incoming: { socket: { remoteAddress } } },
      );
    const statuses = [];
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"])
      statuses.push((await from(address)).status);
    expect(statuses).toEqual([200, 200, 429, 200, 200, 200]);
  });
});
