import { expect, it } from "vitest";
import { ListenError, listen } from "../../../apps/server/http/listen.ts";
import { makeServer, readEvents } from "./ports.ts";

it("A port in use is named, with the variable that chooses another", async () => {
  const { app, listening } = await makeServer();
  const failure = await listen(app, { host: "127.0.0.1", port: listening.port }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ListenError);
  expect((failure as Error).message).toContain(`Port ${listening.port} on 127.0.0.1 is in use`);
  expect((failure as Error).message).toContain("ULTRAVISOR_PORT=");
});

it("An address that this machine does not have is named, with the variable that chooses another", async () => {
  const { app } = await makeServer();
  await expect(listen(app, { host: "203.0.113.1", port: 0 })).rejects.toThrow(
    /no address 203\.0\.113\.1.*ULTRAVISOR_HOST/,
  );
});

it("Closing ends the streams that are open, and may be asked for twice", async () => {
  const server = await makeServer();
  const response = await server.ask("/api/events", { headers: { accept: "text/event-stream" } });
  const events = readEvents(response);
  await Promise.all([server.listening.close(), server.listening.close()]);
  expect(await events).toMatchObject([{ event: "ready" }]);
  await expect(server.ask("/api/health")).rejects.toThrow();
});
