import { expect, test } from "vitest";
import { parseProxies, parseProxy, proxyName } from "../../../apps/server/core/proxy.ts";

test.each([
  ["http://proxy.lan", { protocol: "http", hostname: "proxy.lan", port: 80, user: "", password: "" }],
  ["http://u:p%40s@proxy.lan:3128/", { port: 3128, user: "u", password: "p@s" }],
  ["https://proxy.lan:80", { protocol: "https", port: 80 }],
  ["socks5://[::1]", { protocol: "socks5", hostname: "[::1]", port: 1080 }],
  ["SOCKS5H://10.0.0.1:9", { protocol: "socks5", hostname: "10.0.0.1", port: 9 }],
])("%s is a proxy", (text, expected) => {
  expect(parseProxy(text)).toMatchObject(expected);
});

test.each(["", "proxy.lan:3128", "ftp://x", "http://", "http://x/path", "http://x?y", "http://x:99999", "socks4://x"])(
  "%s is none",
  (text) => {
    expect(parseProxy(text)).toBeNull();
  },
);

test("A variable may hold several, and all of them must be proxies", () => {
  expect(parseProxies(" http://a:1, http://b:2\nsocks5://c ")?.map(proxyName)).toEqual([
    "http://a:1",
    "http://b:2",
    "socks5://c:1080",
  ]);
  expect([parseProxies(""), parseProxies("http://a x")]).toEqual([null, null]);
});
