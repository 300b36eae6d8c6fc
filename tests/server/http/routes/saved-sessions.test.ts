import { expect, it } from "vitest";
import { saveSession } from "../../../../apps/server/store/saved-sessions.ts";
import { commandsFor } from "../../../cli/command-line.ts";
import { makeServer } from "../ports.ts";

const SHOP = { name: "shop/ada", sealed: "1.0.5ecret", domains: ["shop.example"] };

it("Saved sessions are listed without what they hold, and forgotten", async () => {
  const server = await makeServer();
  await server.store.database.write([saveSession(SHOP, Date.parse("2026-03-01T12:00:00Z"))]);
  const text = await (await server.ask("/api/sessions")).text();
  expect(JSON.parse(text)).toEqual({
    items: [{ name: "shop/ada", domains: ["shop.example"], updatedAt: "2026-03-01T12:00:00.000Z" }],
    next: null,
  });
  const forget = () => server.ask("/api/sessions/shop%2Fada", { method: "DELETE" });
  expect((await forget()).status).toBe(204);
  expect(await (await forget()).json()).toMatchObject({ code: "unknown_session", status: 404 });
});

it("`sessions` lists and forgets them, and never prints what they hold", async () => {
  const server = await makeServer();
  await server.store.database.write([saveSession(SHOP, Date.parse("2026-03-01T12:00:00Z"))]);
  const ultravisor = commandsFor(server.url);
  const listed = await ultravisor("sessions", "list");
  expect(listed.stdout).toMatch(/shop\/ada +\S.*shop\.example/);
  expect(listed.stdout).not.toContain("5ecret");
  expect(await ultravisor("sessions", "delete", "shop/ada")).toMatchObject({ code: 0 });
  expect(await ultravisor("sessions", "delete", "shop/ada")).toMatchObject({ code: 2 });
});
