import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeServer, TOKEN } from "../server/http/ports.ts";
import { commandsFor } from "./command-line.ts";

it("A server that cannot be reached gives exit code 3 and says how to start it", async () => {
  const server = await makeServer();
  await server.listening.close();
  const { code, stdout, stderr } = await commandsFor(server.url)("runs", "--json");
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain(`Nothing answers at ${server.url} (ECONNREFUSED). Start the server with \`npm start\``);
});

it("A wrong token gives exit code 2 and says where the right one is", async () => {
  const server = await makeServer();
  const { code, stderr } = await commandsFor(server.url, { ULTRAVISOR_TOKEN: "wrong" })("runs");
  expect(code).toBe(2);
  expect(stderr).toContain("the server does not accept the token");
});

it("The token is read from the data folder", async () => {
  const server = await makeServer();
  const data = mkdtempSync(join(tmpdir(), "ultravisor-data-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const ultravisor = commandsFor(server.url, { ULTRAVISOR_TOKEN: "", ULTRAVISOR_DATA: data });
  expect((await ultravisor("runs")).stderr).toContain(`there is no token in ${data}`);
  writeFileSync(join(data, "token"), `${TOKEN}\n`);
  expect(await ultravisor("runs")).toEqual({ code: 0, stdout: "No runs.\n", stderr: "" });
});
