import { expect, test } from "vitest";
import { NetworkLog } from "../../../../apps/server/browser/chromium/network-log.ts";

const asked = (requestId: string, url: string, timestamp: number) => ({
  requestId,
  wallTime: 1_700_000_000 + timestamp,
  timestamp,
  type: "Document",
  request: { url, method: "GET", headers: { Accept: "text/html" } },
});
const answered = (status: number, headers = {}) => ({
  url: "",
  status,
  statusText: "",
  mimeType: "text/html",
  headers,
});
const entries = (log: NetworkLog) => JSON.parse(log.toHar()).log.entries;

test("a network log has an entry for every step of a redirect", () => {
  const log = new NetworkLog();
  log.asked(asked("1", "http://a/", 1), null);
  log.asked(asked("1", "http://b/?q=1", 2), answered(302, { Location: "http://b/?q=1" }));
  log.answered("1", answered(200));
  log.finished("1", 2.5, 120);
  expect(entries(log)).toMatchObject([
    { request: { url: "http://a/" }, response: { status: 302, redirectURL: "http://b/?q=1" }, time: 1000 },
    {
      startedDateTime: "2023-11-14T22:13:22.000Z",
      request: { url: "http://b/?q=1", queryString: [{ name: "q", value: "1" }] },
      response: { status: 200, content: { size: 120 } },
      time: 500,
    },
  ]);
});

test("a network log says why a request failed, and keeps what was never answered", () => {
  const log = new NetworkLog();
  log.asked(asked("1", "http://a/", 1), null);
  log.asked(asked("2", "http://b/", 1), null);
  log.failed("1", 2, "net::ERR_CONNECTION_REFUSED");
  expect(entries(log)).toMatchObject([
    { response: { status: 0, _error: "net::ERR_CONNECTION_REFUSED" } },
    { response: { status: 0 }, time: 0 },
  ]);
});

test("a network log keeps the newest thousand", () => {
  const log = new NetworkLog();
  for (let i = 0; i < 2500; i++) log.asked(asked(String(i), `http://a/${i}`, i), null);
  const kept = entries(log);
  expect(kept).toHaveLength(1000);
  expect(kept.at(-1).request.url).toBe("http://a/2499");
  log.clear();
  expect(log.isEmpty).toBe(true);
});
