/** Chromium's processes tell what they do each for itself, so that the order of some events is chance: here each order is played. */
import { EventEmitter } from "node:events";
import type { CDPSession } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { Traffic } from "../../../../apps/server/browser/chromium/traffic.ts";

const frameId = "main";
const there = "http://127.0.0.1/there";
const scheduled = ["Page.frameScheduledNavigation", { frameId, delay: 0 }] as const;
const requested = ["Page.frameRequestedNavigation", { frameId, url: there, disposition: "currentTab" }] as const;
const cleared = ["Page.frameClearedScheduledNavigation", { frameId }] as const;
const sent = [
  "Network.requestWillBeSent",
  { requestId: "2", frameId, type: "Document", request: { url: there } },
] as const;

let session: EventEmitter;
let traffic: Traffic;

function play(...events: readonly (readonly [string, object])[]): void {
  for (const [name, event] of events) session.emit(name, event);
}

beforeEach(() => {
  session = new EventEmitter();
  traffic = new Traffic(session as unknown as CDPSession, frameId);
  traffic.begin();
  play(["Page.frameNavigated", { frame: { id: frameId, loaderId: "1", url: "http://127.0.0.1/here" } }]);
});

describe("a page that refreshes itself", () => {
  test("is not quiet between saying that it leaves and asking for where it goes", () => {
    play(scheduled);
    expect(traffic.leavesIn).toBe(0);
    play(requested, cleared);
    expect(traffic).toMatchObject({ leavesIn: null, isQuiet: false });
    play(sent);
    expect(traffic).toMatchObject({ isQuiet: false, chain: [there] });
  });

  test("is not quiet when it is told to have left before it is told to leave", () => {
    play(scheduled, requested, sent, cleared);
    expect(traffic).toMatchObject({ isQuiet: false, chain: [there] });
  });

  test.each([
    ["moves within itself", ["Page.navigatedWithinDocument", { frameId }] as const],
    ["stays after all", ["Page.frameStoppedLoading", { frameId }] as const],
  ])("is quiet when it %s", async (_how, event) => {
    play(requested, cleared);
    const rested = traffic.until(() => traffic.isQuiet, 60_000);
    play(event);
    expect(await rested).toBe(true);
  });
});
