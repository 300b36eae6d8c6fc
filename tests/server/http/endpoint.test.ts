import { Hono } from "hono";
import { expect, test } from "vitest";
import { type AppEnv, streamed } from "../../../apps/server/http/endpoint.ts";

const PARTS = 100;

async function* parts(): AsyncGenerator<string> {
  for (let part = 0; part < PARTS; part += 1) yield `${part}\n`;
}

test("A body that is written as it is read leaves others a turn between its parts", async () => {
  const app = new Hono<AppEnv>().get("/", (c) => streamed(c, parts(), { "content-type": "text/plain" }));
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const text = await (await app.request("/")).text();
  isOver = true;
  expect(text.trimEnd().split("\n")).toHaveLength(PARTS);
  expect(turns).toBeGreaterThanOrEqual(PARTS);
});
