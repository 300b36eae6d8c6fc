import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

interface Said {
  readonly what: "started" | "quiet" | "shed";
  readonly heap: number;
}

const SCRIPT = fileURLToPath(new URL("shed-start.ts", import.meta.url));

test("What a start took is given back in the first quiet moment, and not while there is work", async () => {
  const child = fork(SCRIPT, { execArgv: [] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said: Said[] = [];
  const over = Promise.withResolvers<void>();
  child.on("message", (message: Said) => {
    said.push(message);
    if (message.what === "shed") over.resolve();
  });
  await over.promise;
  expect(said.map(({ what }) => what)).toEqual(["started", "quiet", "shed"]);
  const [started = 0, , shed = Number.POSITIVE_INFINITY] = said.map(({ heap }) => heap);
  expect(started).toBeGreaterThan(40e6);
  expect(shed).toBeLessThan(started / 2);
});
