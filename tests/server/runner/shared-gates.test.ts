import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHostGates } from "../../../apps/server/browser/manners/host-gates.ts";
import { HostOffice } from "../../../apps/server/runner/host-office.ts";
import { SharedGates } from "../../../apps/server/runner/shared-gates.ts";
import { lab } from "./runners.ts";

const HOST = "shop.example";
const NEVER = new AbortController().signal;

/** Runner processes without processes: each asks the same office, and says how often. */
function house(): { runner(): { gates: SharedGates; asked: string[]; end(): void } } {
  const office = new HostOffice(createHostGates());
  return {
    runner() {
      const asked: string[] = [];
      const desk = office.open({
        share: async (host) => gates.share(host),
        pause: (host, milliseconds) => gates.hearPause(host, milliseconds),
      });
      const gates = new SharedGates(createHostGates(), {
        ask(host) {
          asked.push("ask");
          return desk.ask(host);
        },
        enter(id, host, perHost) {
          asked.push("enter");
          return desk.enter(id, host, perHost);
        },
        leave: (id) => desk.leave(id),
        leaveAdopted: (host) => desk.leaveAdopted(host),
        pause: (host, milliseconds) => desk.pause(host, milliseconds),
      });
      return { gates, asked, end: () => desk.close() };
    },
  };
}

/** Whether something resolves without anything else happening before. */
async function isOpen(entering: Promise<unknown>): Promise<boolean> {
  const turns = async (): Promise<boolean> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
    return false;
  };
  return Promise.race([entering.then(() => true), turns()]);
}

describe("Processes that visit the same host", () => {
  const two = { concurrency: 2, delay: 0 };

  test("ask the server once while they are alone with it", async () => {
    const { gates, asked } = house().runner();
    for (let n = 0; n < 5; n++) (await gates.enter(HOST, two, NEVER))();
    expect(asked).toEqual(["ask"]);
  });

  test("keep its limit together, what was under way before they were two included", async () => {
    const { runner } = house();
    const [a, b] = [runner(), runner()];
    const leaves = [await a.gates.enter(HOST, two, NEVER), await a.gates.enter(HOST, two, NEVER)];
    const waiting = b.gates.enter(HOST, two, NEVER);
    expect(await isOpen(waiting)).toBe(false);
    leaves[0]?.();
    expect(await isOpen(waiting)).toBe(true);
    const third = a.gates.enter(HOST, two, NEVER);
    expect(await isOpen(third)).toBe(false);
    (await waiting)();
    expect(await isOpen(third)).toBe(true);
  });

  test("give back what they held when they end, and what they waited for when they are stopped", async () => {
    const { runner } = house();
    const [a, b] = [runner(), runner()];
    await a.gates.enter(HOST, { concurrency: 1, delay: 0 }, NEVER);
    const stop = new AbortController();
    const given = b.gates.enter(HOST, { concurrency: 1, delay: 0 }, stop.signal);
    expect(await isOpen(given.catch(() => {}))).toBe(false);
    stop.abort(new Error("stopped"));
    await expect(given).rejects.toThrow("stopped");
    const next = b.gates.enter(HOST, { concurrency: 1, delay: 0 }, NEVER);
    a.end();
    expect(await isOpen(next)).toBe(true);
  });

  test("leave it alone together when it told one of them to, also those that come later", async () => {
    const { runner } = house();
    const [a, b] = [runner(), runner()];
    await b.gates.enter("other.example", two, NEVER);
    (await a.gates.enter(HOST, two, NEVER))();
    a.gates.pause(HOST, 60_000);
    await expect(b.gates.enter(HOST, two, NEVER)).rejects.toThrow(/asked to be left alone for another 60 s/);
    await expect(runner().gates.enter(HOST, two, NEVER)).rejects.toMatchObject({ retryable: true });
  });
});

test("Two tasks that crawl one host ask it for as many things at a time as one alone would", async () => {
  let active = 0;
  let most = 0;
  let visits = 0;
  const server = createServer((request, response) => {
    if (request.url === "/robots.txt") return void response.writeHead(404).end();
    visits += 1;
    most = Math.max(most, ++active);
    setImmediate(() => {
      active -= 1;
      response.setHeader("content-type", "text/html").end("<title>x</title>");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const made = await lab();
  const task = async (name: string): ReturnType<typeof made.task> =>
    made.task(
      `import { browser } from "ultravisor"; // ${name}
export default browser({ perHost: { concurrency: 1, delay: 20 }, async run({ input, visit }) { await Promise.all([1, 2, 3].map((n) => visit(input.url + n))); } });`,
      { kind: "browser", fixtures: ["input", "visit"] },
    );
  const outcomes = await Promise.all(
    ["one", "two"].map(async (name) => made.start(await task(name), { assignment: { input: { url } } }).outcome),
  );
  expect(outcomes.map((outcome) => outcome.type)).toEqual(["succeeded", "succeeded"]);
  expect([most, visits]).toEqual([1, 6]);
}, 60_000);
