/** The order in which Chromium tells of a request and of its headers is chance: each is played. */
import { expect, test } from "vitest";
import { PageWays } from "../../../../apps/server/browser/chromium/page-way.ts";

const request = (url: string) => ({ url, method: "GET" });
const first = { requestId: "1", request: request("http://a/#top"), redirectHasExtraInfo: false };
const second = {
  requestId: "1",
  request: request("http://b/"),
  redirectResponse: { status: 301, headers: { location: "http://b/", "set-cookie": "a=1\nb=2" } },
  redirectHasExtraInfo: true,
};
const EXPECTED = [
  {
    url: "http://a/",
    request: { method: "GET", headers: [["x", "1"]] },
    status: 301,
    headers: [
      ["location", "http://b/"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ],
  },
  { url: "http://b/", request: { method: "GET", headers: [["x", "2"]] }, status: 0, headers: [] },
];

test("Each step of a way has the headers it was sent with, whichever Chromium tells first", () => {
  const [early, late] = [new PageWays(), new PageWays()];
  early.sent("1", { x: "1" });
  early.asked(first);
  early.sent("1", { x: "2" });
  early.asked(second);
  late.asked(first);
  late.asked(second);
  late.sent("1", { x: "1" });
  late.sent("1", { x: "2" });
  for (const ways of [early, late]) {
    ways.answered("1", true);
    expect(ways.of("1")).toEqual(EXPECTED);
  }
});

test("A step that the cache answered was sent to nobody", () => {
  const ways = new PageWays();
  ways.asked(first);
  ways.asked({ ...second, redirectHasExtraInfo: false });
  ways.sent("1", { x: "2" });
  ways.answered("1", true);
  expect(ways.of("1").map((step) => step.request?.headers)).toEqual([undefined, [["x", "2"]]]);
});

test("HTTP/2 is told as HTTP/1.1, and what is for our own way out as that passes it on", () => {
  const ways = new PageWays();
  ways.asked(first);
  ways.sent("1", { ":authority": "a", ":path": "/", "Proxy-Connection": "keep-alive", "Proxy-Authorization": "x" });
  expect(ways.of("1")[0]?.request?.headers).toEqual([
    ["Host", "a"],
    ["Connection", "keep-alive"],
  ]);
});

test("What is no document of the page is forgotten", () => {
  const ways = new PageWays();
  ways.sent("2", { x: "1" });
  ways.forget("2");
  expect(ways.of("2")).toEqual([]);
});
