import { expect, it } from "vitest";
import { makeServer, rawAsk } from "./ports.ts";

it.each([
  ["evil.example", 421],
  ["evil.example:54321", 421],
  ["127.0.0.1.evil.example", 421],
  ["localhost.evil.example", 421],
  ["localhost@evil.example", 400],
  ["ultra.home.example", 200],
  ["ULTRA.home.example:80", 200],
  ["localhost:1", 200],
  ["127.0.0.1", 200],
  ["[::1]:54321", 200],
  ["192.168.1.7:54321", 200],
])("The server asked for as %j answers %i, so that a rebound name reaches nothing", async (host, status) => {
  const server = await makeServer({ services: { allowedHosts: ["ultra.home.example"] } });
  const answer = await rawAsk(server.url, "/api/health", { headers: { host } });
  expect(answer.status).toBe(status);
  if (status === 421) expect(JSON.parse(answer.body)).toMatchObject({ code: "wrong_host" });
});
