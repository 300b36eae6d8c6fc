import type { LookupFunction } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { parseProxies } from "../../../../apps/server/core/proxy.ts";
import { httpProxy, socksProxy } from "../../../support/proxy.ts";
import { rawServer } from "../../../support/raw-server.ts";
import { type Started, start } from "../start.ts";

/** Every name of `.test` is this machine. */
const lookup: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};

let here: Started;
let port: string;

beforeAll(async () => {
  here = await start({ lookup });
  port = new URL(here.site.url).port;
  here.site.route("/far", "<title>Far</title>");
});
afterAll(() => here.close());

async function through<T>(urls: string, use: (session: BrowsingSession) => Promise<T>) {
  const proxies = parseProxies(urls) ?? [];
  const session = await here.open({ fixtures: ["visit", "download"], proxies, allowHosts: ["shop.test:*"] });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const visitBy = (render: "never" | "always", host?: string) => (session: BrowsingSession) =>
  session.fixtures.visit(host ?? `http://shop.test:${port}/far`, { render }).then((page) => page.title);

const TIERS = ["never", "always"] as const;

describe.each([
  ["HTTP", httpProxy],
  ["SOCKS 5", socksProxy],
])("Through a proxy that speaks %s", (_, open) => {
  test.each(TIERS)("nobody gets where the policy leads nobody, in the tier of render %s", async (render) => {
    const proxy = await open();
    for (const url of [`http://elsewhere.test:${port}/far`, "https://elsewhere.test/", "http://169.254.169.254/"]) {
      const denied = through(proxy.url, visitBy(render, url));
      await expect(denied).rejects.toMatchObject({ code: "egress_denied" });
    }
    expect(proxy.asked).toEqual([]);
  });

  test.each(TIERS)(
    "a wrong password is the proxy's refusal, told without it, in the tier of render %s",
    async (render) => {
      const { url } = await open();
      const refused = through(url.replace("p%40ss", "wr0ng"), visitBy(render)).catch((error: unknown) => error);
      expect(await refused).toMatchObject({ code: "proxy_failed", retryable: false });
      expect(String(await refused)).toMatch(/does not accept the user and password/);
      expect(JSON.stringify([String(await refused), here.logged])).not.toContain("wr0ng");
    },
  );

  test.each(TIERS)("TLS is spoken with the site, in the tier of render %s", async (render) => {
    const greeted = Promise.withResolvers<number | undefined>();
    const site = await rawServer((socket) => void socket.once("data", (hello) => greeted.resolve(hello[0])));
    const proxy = await (open === httpProxy ? httpProxy({ tunnels: [site.port] }) : open());
    const over = new AbortController();
    const session = await here.open({ signal: over.signal, robots: "ignore", proxies: parseProxies(proxy.url) ?? [] });
    const visit = session.fixtures.visit(`https://127.0.0.1:${site.port}/`, { render });
    expect(await greeted.promise).toBe(22); // RFC 8446, 5.1: a handshake
    expect(proxy.asked.at(-1)).toBe(`${open === httpProxy ? "CONNECT " : ""}127.0.0.1:${site.port}`);
    over.abort(new Error("seen"));
    await expect(visit).rejects.toThrow("seen");
    await session.close();
  });
});

test.each(TIERS)("A proxy that speaks SOCKS 5 is told addresses only, in the tier of render %s", async (render) => {
  const proxy = await socksProxy();
  expect(await through(proxy.url, visitBy(render))).toBe("Far");
  expect([...new Set(proxy.asked)]).toEqual([`127.0.0.1:${port}`]);
});

test("A proxy that is not there, that refuses or speaks something else is told apart from the site", async () => {
  const nothing = "http://127.0.0.1:1";
  const other = await httpProxy();
  const told = (url: string, host?: string) =>
    through(url, visitBy("never", host)).catch((error: Error) => error.message);
  expect(await told(nothing)).toMatch(/^The proxy http:\/\/127\.0\.0\.1:1 could not be reached: ECONNREFUSED\./);
  expect(await told(other.url, "https://shop.test:444/")).toMatch(/refused to connect \(status 403\)/);
  expect(await told(other.url.replace("http:", "socks5:"))).toMatch(/does not speak SOCKS 5|cut the connection/);
});

test("Of several proxies each session takes the next, for its downloads too", async () => {
  const [one, two] = [await httpProxy(), await httpProxy()];
  const save = (session: BrowsingSession) =>
    session.fixtures.download(`http://shop.test:${port}/far`, { required: true });
  for (let count = 0; count < 4; count += 1) await through(`${one.url}, ${two.url}`, save);
  expect([one.asked.length, two.asked.length].every((asked) => asked > 0)).toBe(true);
});
