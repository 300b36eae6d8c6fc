import { expect, it } from "vitest";
import { connect } from "../../apps/cli/api.ts";
import { followLog } from "../../apps/cli/follow.ts";
import { listen } from "../../apps/server/http/listen.ts";
import { makeServer, type Script, TOKEN } from "../server/http/ports.ts";

it("Following a log outlives a restart of the server, without losing or repeating a line", async () => {
  const heard = { say: (_text: string): void => undefined, end: (): void => undefined };
  const talk: Script = (_assignment, host) =>
    new Promise((done) => {
      heard.say = (text) => host.log({ stream: "stdout", level: "info", time: 0, text });
      heard.end = () => done({});
      heard.say("first");
    });
  const server = await makeServer({ scripts: { talk } });
  const { id } = await (await server.client.api.runs.$post({ json: { task: "talk" } })).json();
  const lines: string[] = [];
  const first = Promise.withResolvers<void>();
  const api = connect({ url: server.url, token: TOKEN, dataFolder: "" });
  const following = followLog(api, id, ({ text }) => {
    lines.push(text);
    first.resolve();
  });
  await first.promise;
  await server.listening.close();
  heard.say("while it was away");
  const again = await listen(server.app, { host: "127.0.0.1", port: server.listening.port });
  heard.say("last");
  heard.end();
  await following;
  await again.close();
  expect(lines).toEqual(["first", "while it was away", "last"]);
});
