import type { ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEgress } from "../../../../apps/server/browser/egress/egress.ts";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { namedHosts } from "../../../../apps/server/core/egress.ts";
import { parseProxy } from "../../../../apps/server/core/proxy.ts";
import { type HttpProxyOptions, httpProxy, type TestProxy } from "../../../support/proxy.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { contents, type Started, start } from "../start.ts";

const FILE = Buffer.from("0123456789".repeat(5000));
const TIERS = ["never", "always"] as const;
let here: Started;
let host: string;

beforeAll(async () => {
  here = await start();
  host = `shop.test:${new URL(here.site.url).port}`;
  here.site.route("/far", (request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<title>${request.headers.host}</title><p>${JSON.stringify(request.headers)}</p>`);
  });
});
afterAll(() => here.close());

/** A session that goes through the proxy, and may go to `shop.test`, which only the proxy can resolve. */
async function through<T>(
  proxy: TestProxy,
  use: (session: BrowsingSession) => Promise<T>,
  robots: "obey" | "ignore" = "obey",
  fixtures: readonly string[] = ["visit", "download"],
): Promise<T> {
  const known = parseProxy(proxy.url);
  const allowHosts = ["shop.test:*", "other.test:*", "127.0.0.1:*"];
  const session = await here.open({ robots, fixtures, proxies: known ? [known] : [], allowHosts });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const visit = (path: string, render: "never" | "always") => (session: BrowsingSession) =>
  session.fixtures.visit(`http://${host}${path}`, { render });

describe.each(TIERS)("A plain http page, in the tier of render %s,", (render) => {
  test("is asked for as a whole, with its own host, and the site learns no password", async () => {
    const proxy = await httpProxy();
    const page = await through(proxy, visit("/far?a=1", render));
    expect(page.title).toBe(host);
    expect(proxy.asked).toContain(`GET http://${host}/far?a=1`);
    expect(proxy.asked.filter((line) => line.startsWith("CONNECT"))).toEqual([]);
    expect(page.text).not.toContain("proxy-authorization");
  });

  test.each<[string, HttpProxyOptions["answer"], object]>([
    ["Squid signs", squid, { code: "proxy_failed", message: expect.stringContaining("status 503, ERR_DNS_FAIL") }],
    ["nobody signs", (response) => response.writeHead(502).end("no"), { status: 502 }],
    ["breaks off", (response) => response.destroy(), { code: "proxy_failed" }],
  ])("that fails at the proxy names it: an answer that %s", async (_what, answer = () => {}, expected) => {
    const proxy = await httpProxy({ answer });
    for (const robots of ["obey", "ignore"] as const) {
      const failed = await through(proxy, visit("/far", render), robots).catch((error: Error) => error);
      expect(failed).toMatchObject({ ...expected, retryable: true });
      expect(String(failed)).toMatch(`roxy http://${new URL(proxy.url).host} `);
    }
  });
});

test("Connections to the proxy are kept, whichever site is asked for next", async () => {
  const proxy = await httpProxy();
  await through(proxy, async (session) => {
    for (const name of ["shop", "shop", "other", "other"])
      await session.fixtures.visit(`http://${host.replace("shop", name)}/far`, { render: "never" });
  });
  expect(proxy.asked.length).toBe(6); // with two robots.txt
  expect(proxy.connections()).toBeLessThan(3);
});

test("A download that breaks off goes on where it was, through the proxy", async () => {
  here.site.route("/file", (request, response) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = from > 0 ? { "content-range": `bytes ${from}-${FILE.length - 1}/${FILE.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', "content-length": FILE.length - from, ...range });
    if (from > 0) response.end(FILE.subarray(from));
    else response.write(FILE.subarray(0, 20_000), () => response.destroy());
  });
  const file = await through(await httpProxy(), (session) =>
    session.fixtures.download(`http://${host}/file`, { required: true }),
  );
  expect(await contents(here.files, file.sha256)).toEqual(FILE);
  const asked = here.site.received.filter(({ path }) => path === "/file").map(({ headers }) => headers.range);
  expect(asked[0]).toBeUndefined();
  expect(asked.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
});

test("A form is posted through the proxy with its body", async () => {
  here.site.route("/form", (request, response) => void request.pipe(response.writeHead(200)));
  const answer = await through(await httpProxy(), ({ fixtures }) =>
    fixtures.request(`http://${host}/form`, { method: "POST", body: "a=b" }),
  );
  expect(answer.text).toBe("a=b");
});

test("A WebSocket that the proxy does not connect fails as any other, and the log says why", async () => {
  const proxy = await httpProxy();
  const away = new URL(here.site.url).host;
  const script = `const socket = new WebSocket("ws://${away}/live"), heard = [];
    socket.onerror = () => heard.push("error");
    socket.onclose = ({ code, wasClean }) => { document.title = [...heard, "close", code, wasClean].join(" ") };`;
  here.site.route("/live-page", `<title>Waits</title><script>${script}</script>`);
  await through(
    proxy,
    async ({ fixtures }) => {
      const { page } = fixtures;
      await page?.goto(`http://${host}/live-page`);
      await page?.waitForFunction(() => document.title !== "Waits");
      expect(await page?.title()).toBe("error close 1006 false");
    },
    "obey",
    ["page"],
  );
  expect(proxy.asked).toContain(`CONNECT ${away}`);
  const said = `warn: Nothing that speaks https or WebSocket (ws, wss) with ${away} gets through. The proxy `;
  expect(here.logged.filter((line) => line.startsWith(said))).toEqual([
    expect.stringMatching(/ refused to connect \(status 403\)\.$/),
  ]);
});

test("A name that is public in part only is told to no proxy, which might take the other part", async () => {
  const proxy = await httpProxy();
  const lookup: LookupFunction = (_hostname, _options, callback) =>
    callback(null, [
      { address: "192.0.43.8", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ]);
  const egress = createEgress(lookup, parseProxy(proxy.url));
  const asking = egress.request(namedHosts([]), new URL("http://both.test/"), { method: "GET", headers: {} });
  await expect(asking).rejects.toMatchObject({ name: "DeniedError" });
  expect(proxy.asked).toEqual([]);
  await egress.close();
});

test("A proxy without a password that wants one, or that speaks something else, is told", async () => {
  const wanting = new URL((await httpProxy()).url);
  wanting.username = wanting.password = "";
  const other = await rawServer((socket) => void socket.end("220 mail.example ESMTP\r\n"));
  const told = (url: string) =>
    through({ url, asked: [], connections: () => 0 }, visit("/far", "never")).catch((error: Error) => error.message);
  expect(await told(wanting.href)).toMatch(/ wants a user and password\.$/);
  expect(await told(`http://127.0.0.1:${other.port}`)).toMatch(/ does not speak HTTP\.$/);
});

function squid(response: ServerResponse): void {
  response.writeHead(503, { "x-squid-error": "ERR_DNS_FAIL 0", "content-type": "text/html" }).end("<h1>ERROR</h1>");
}
