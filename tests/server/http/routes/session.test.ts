import { expect, it } from "vitest";
import { makeServer, rawAsk, signIn, TOKEN } from "../ports.ts";

it("The link of `npm start` signs a browser in and leads to the app", async () => {
  const server = await makeServer();
  const answer = await rawAsk(
    server.url,
    `/sign-in?token=${TOKEN}&next=${encodeURIComponent("/runs?status=failed#top")}`,
  );
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe("/runs?status=failed#top");
  const [cookie = ""] = answer.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(new RegExp(`^ultravisor-session-${server.listening.port}=[\\w-]{43};`));
  expect(cookie).toContain("; HttpOnly");
  expect(cookie).toContain("; SameSite=Strict");
  expect(cookie).toContain("; Path=/");
  const asked = await rawAsk(server.url, "/api/session", { headers: { cookie: cookie.split(";")[0] } });
  expect(JSON.parse(asked.body)).toEqual({ caller: "session" });
});

it.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
  "runs",
  "",
])("Signing in leads nowhere else: next=%j", async (next) => {
  const server = await makeServer();
  const answer = await rawAsk(server.url, `/sign-in?token=${TOKEN}&next=${encodeURIComponent(next)}`);
  expect(answer.headers.location).toBe("/");
});

it("A wrong token gives the form again, and after five of them a pause of a minute", async () => {
  const server = await makeServer();
  const attempt = (token: string) => rawAsk(server.url, `/sign-in?token=${token}&next=%2F%22%3E%3Cscript%3E`);
  for (let i = 0; i < 5; i += 1) {
    const answer = await attempt("wrong");
    expect(answer.status).toBe(401);
    expect(answer.body).toContain("This is not the token.");
    expect(answer.body).not.toContain("<script");
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  expect((await attempt(TOKEN)).status).toBe(429);
  server.time += 61_000;
  expect((await attempt(TOKEN)).status).toBe(303);
});

it("Signing out ends the session on the server", async () => {
  const server = await makeServer();
  const cookie = await signIn(server);
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const out = await rawAsk(server.url, "/api/session/end", { method: "POST", headers });
  expect(out.status).toBe(204);
  expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
  expect((await rawAsk(server.url, "/api/session", { headers })).status).toBe(401);
});
