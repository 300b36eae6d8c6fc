import { expect, it } from "vitest";
import { makeServer, rawAsk, TOKEN } from "./ports.ts";

/** What people and programs send by mistake or on purpose. */
const WORDS = [
  "",
  "0",
  "-1",
  "1e9",
  "NaN",
  "null",
  "true",
  "a",
  "%C3%A9%E2%98%83",
  "%00",
  "%ff",
  "%2e%2e%2f",
  "..%5c",
  "%",
  "%zz",
  "a%20b",
  "'",
  '"',
  "%22;--",
  "__proto__",
  "constructor",
  "00000000-0000-7000-8000-000000000000",
  "2026-01-01T00:00:00Z",
  "2026-13-45",
  "x".repeat(3000),
  "%F0%9F%92%A9",
  "a=b",
  "%5B%5D",
  "$where",
  "MDFh",
  "bm90IGEgY3Vyc29y",
];
const BODIES = [
  "",
  "{",
  "null",
  "[]",
  "{}",
  '"x"',
  "1",
  '{"task":null}',
  '{"task":"echo","input":[]}',
  '{"task":"__proto__"}',
  '{"task":"echo","input":{"a":{"b":[1,2,{}]}}}',
  '{"value":null}',
  '{"value":{"a":1},"version":-1}',
  '{"value":1,"version":1e308}',
  '{"trigger":{}}',
  '{"trigger":{"cron":5}}',
  '{"trigger":{"every":"-1s"}}',
  '{"trigger":{"after":{}}}',
  '{"trigger":{"cron":"* * * * *"},"count":1e9}',
  '{"trigger":{"cron":"* * * * *"},"from":"soon"}',
  '{"task":"echo","idempotencyKey":""}',
  "\u0000",
  '{"a":'.repeat(2000),
];

/** The same numbers every time. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

it("No request that can be made of the API's own parts and odd words is answered with a fault of ours", {
  timeout: 120_000,
}, async () => {
  const server = await makeServer();
  await server.run("echo");
  const { paths } = (await (await server.ask("/api/openapi.json")).json()) as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({ path, method, parameters })),
  );
  const random = makeRandom(7);
  const word = (): string => WORDS[random(WORDS.length)] ?? "";
  const faults: string[] = [];
  for (let i = 0; i < 1500; i += 1) {
    const route = routes[i % routes.length];
    if (route === undefined) continue;
    const query = route.parameters
      .filter((parameter) => parameter.in === "query" && random(2) === 0)
      .map(({ name }) => `${name}=${word()}`);
    const path = `${route.path.replaceAll(/\{\w+\}/g, () => word() || "x")}?${query.join("&")}`;
    const isWrite = route.method === "post" || route.method === "put";
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      accept: "application/json",
      ...(isWrite ? { "content-type": "application/json" } : {}),
    };
    const body = isWrite ? (BODIES[random(BODIES.length)] ?? "") : undefined;
    const answer = await rawAsk(server.url, path, {
      method: route.method.toUpperCase(),
      headers,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status >= 500)
      faults.push(
        `${route.method} ${path.slice(0, 200)} ${body ?? ""} → ${answer.status} ${answer.body.slice(0, 200)}`,
      );
    if (answer.status >= 400 && answer.body.length > 0)
      expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status, code: expect.any(String) });
  }
  expect(faults).toEqual([]);
  expect(server.logged.filter(({ level }) => level === "error")).toEqual([]);
});
