import type { LookupFunction } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { parseProxies } from "../../../../apps/server/core/proxy.ts";
import { httpProxy, socksProxy } from "../../../support/proxy.ts";
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

async function through<T>(
  urls: string,
  use: (session: BrowsingSession, url: string) => Promise<T>,
  host = "shop.test",
) {
  const proxies = parseProxies(urls) ?? [];
  const session = await here.open({ fixtures: ["visit", "download"], proxies, allowHosts: ["shop.test:*"] });
  try {
    return await use(session, `http://${host}:${port}/far`);
  } finally {
    await session.close();
  }
}

const visitBy = (render: "never" | "always") => (session: BrowsingSession, url: string) =>
  session.fixtures.visit(url, { render }).then((page) => page.title);

describe.each([
  ["HTTP", httpProxy],
  ["SOCKS 5", socksProxy],
])("Through a proxy that speaks %s", (_, open) => {
  test.each(["never", "always"] as const)(
    "pages come in the tier of render %s, and it is told addresses only",
    async (render) => {
      const proxy = await open();
      expect(await through(proxy.url, visitBy(render))).toBe("Far");
      expect([...new Set(proxy.asked)]).toEqual([`127.0.0.1:${port}`]);
    },
  );

  test.each(["never", "always"] as const)(
    "nobody gets where the policy leads nobody, in the tier of render %s",
    async (render) => {
      const proxy = await open();
      const denied = through(proxy.url, visitBy(render), "elsewhere.test");
      await expect(denied).rejects.toMatchObject({ code: "egress_denied" });
      expect(proxy.asked).toEqual([]);
    },
  );

  test.each(["never", "always"] as const)(
    "a wrong password is the proxy's refusal, told without it, in the tier of render %s",
    async (render) => {
      const { url } = await open();
      const refused = through(url.replace("p%40ss", "wr0ng"), visitBy(render)).catch((error: unknown) => error);
      expect(await refused).toMatchObject({ code: "proxy_failed", retryable: false });
      expect(String(await refused)).toMatch(/does not accept the user and password/);
      expect(JSON.stringify([String(await refused), here.logged])).not.toContain("wr0ng");
    },
  );
});

test("A proxy that is not there, that refuses or speaks something else is told apart from the site", async () => {
  const nothing = "http://127.0.0.1:1";
  const [refusing, other] = [await httpProxy(403), await httpProxy()];
  const told = (url: string) => through(url, visitBy("never")).catch((error: Error) => error.message);
  expect(await told(nothing)).toMatch(/^The proxy http:\/\/127\.0\.0\.1:1 could not be reached: ECONNREFUSED\./);
  expect(await told(refusing.url)).toMatch(/refused to connect \(status 403\)/);
  expect(await told(other.url.replace("http:", "socks5:"))).toMatch(/does not speak SOCKS 5|cut the connection/);
});

test("Of several proxies each session takes the next, for its downloads too", async () => {
  const [one, two] = [await httpProxy(), await httpProxy()];
  const save = (session: BrowsingSession, url: string) => session.fixtures.download(url, { required: true });
  for (let count = 0; count < 4; count += 1) await through(`${one.url}, ${two.url}`, save);
  expect([one.asked.length, two.asked.length].every((asked) => asked > 0)).toBe(true);
});
