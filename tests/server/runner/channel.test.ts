import { expect, test } from "vitest";
import { openChannel } from "../../../apps/server/runner/channel.ts";

test("What is said in one turn travels together, in order", async () => {
  const sent: (readonly unknown[])[] = [];
  const channel = openChannel({ send: (messages) => sent.push(messages), onMessage: () => undefined });
  channel.post(1);
  channel.post(2);
  await new Promise(setImmediate);
  channel.post(3);
  await new Promise(setImmediate);
  expect(sent).toEqual([[1, 2], [3]]);
});

test("What arrives together is heard one by one", () => {
  let arrive: (messages: readonly unknown[]) => void = () => undefined;
  const heard: unknown[] = [];
  openChannel({
    send: () => undefined,
    onMessage: (listen) => {
      arrive = listen;
    },
  }).on((message) => heard.push(message));
  arrive([1, 2]);
  expect(heard).toEqual([1, 2]);
});
