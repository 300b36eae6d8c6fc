import { describe, expect, test } from "vitest";
import { canonicalHost, hostsNamedIn, isGloballyRoutable, namedHosts } from "../../../apps/server/core/egress.ts";

describe("An address", () => {
  test.each([
    ["8.8.8.8"],
    ["1.1.1.1"],
    ["9.255.255.255"],
    ["11.0.0.0"],
    ["100.63.255.255"],
    ["100.128.0.0"],
    ["126.255.255.255"],
    ["128.0.0.0"],
    ["172.15.255.255"],
    ["172.32.0.0"],
    ["192.0.1.0"],
    ["192.167.255.255"],
    ["192.169.0.0"],
    ["198.17.255.255"],
    ["198.20.0.0"],
    ["223.255.255.255"],
    ["2606:4700:4700::1111"],
    ["[2606:4700:4700::1111]"],
    ["2001:200::1"],
    ["2001:db7::"],
    ["2003::1"],
    ["64:ff9b::808:808"],
    ["64:ff9b::8.8.8.8"],
  ])("%s is public", (address) => {
    expect(isGloballyRoutable(address)).toBe(true);
  });

  test.each([
    ["0.0.0.0"],
    ["0.255.255.255"],
    ["10.0.0.1"],
    ["100.64.0.1"],
    ["100.100.100.200"],
    ["100.127.255.255"],
    ["127.0.0.1"],
    ["127.255.255.255"],
    ["168.63.129.16"],
    ["169.254.169.254"],
    ["172.16.0.0"],
    ["172.31.255.255"],
    ["192.0.0.170"],
    ["192.0.2.1"],
    ["192.88.99.1"],
    ["192.168.255.255"],
    ["198.18.0.1"],
    ["198.19.255.255"],
    ["198.51.100.1"],
    ["203.0.113.1"],
    ["224.0.0.1"],
    ["239.255.255.255"],
    ["240.0.0.1"],
    ["255.255.255.255"],
    ["::"],
    ["::1"],
    ["::ffff:169.254.169.254"],
    ["::ffff:8.8.8.8"],
    ["::ffff:7f00:1"],
    ["::127.0.0.1"],
    ["64:ff9b::a9fe:a9fe"],
    ["64:ff9b::10.0.0.1"],
    ["64:ff9b:1::808:808"],
    ["100::1"],
    ["2001::1"],
    ["2001:10::1"],
    ["2001:db8::1"],
    ["2002:a9fe:a9fe::"],
    ["2002:808:808::"],
    ["3fff::1"],
    ["5f00::1"],
    ["fc00::1"],
    ["fd00:ec2::254"],
    ["fe80::1"],
    ["fe80::1%eth0"],
    ["fec0::1"],
    ["ff02::1"],
  ])("%s is not public", (address) => {
    expect(isGloballyRoutable(address)).toBe(false);
  });

  test.each(["", "localhost", "127.1", "1.2.3.4.5", "256.1.1.1", "1.2.3", ":::", "2606:4700", "0x7f.1", "8.8.8.8\n"])(
    "that is none (%j) is not public",
    (text) => {
      expect(isGloballyRoutable(text)).toBe(false);
    },
  );
});

describe("A named host", () => {
  test.each<[string, string, number, boolean]>([
    ["intranet", "intranet", 80, true],
    ["intranet", "intranet", 443, true],
    ["intranet", "intranet", 8080, false],
    ["intranet:8080", "intranet", 8080, true],
    ["intranet:8080", "intranet", 80, false],
    ["intranet:80", "intranet", 80, true],
    ["intranet:80", "intranet", 443, false],
    ["intranet:*", "intranet", 11434, true],
    ["intranet", "evil-intranet", 80, false],
    ["intranet", "intranet.evil.example", 80, false],
    ["INTRANET", "intranet", 80, true],
    ["127.1:3000", "127.0.0.1", 3000, true],
    ["[::1]:3000", "[::1]", 3000, true],
    ["::1", "[::1]", 80, false],
  ])("%s lets pages lead to %s at %s: %s", (named, hostname, port, expected) => {
    const host = canonicalHost(named);
    expect(namedHosts(host === null ? [] : [host]).has(hostname, port)).toBe(expected);
  });

  test.each([
    "",
    "http://intranet",
    "intranet/path",
    "user@intranet",
    "a b",
    "intranet:x",
    "intranet:99999",
    "*",
    "in?x",
    "in#x",
    "in\\x",
  ])("is not what %j writes", (text) => {
    expect(canonicalHost(text)).toBeNull();
  });
});

describe("The hosts that an input names", () => {
  test("are those of its addresses, however deep, each once", () => {
    const input = {
      url: "http://localhost:3000/docs",
      more: [{ start: "HTTPS://Example.COM/a" }, "https://example.com/b", new URL("http://10.0.0.7/")],
      text: "see http://192.168.0.1/ for more",
      path: "file:///etc/passwd",
      http: "http",
      depth: 5,
      none: null,
    };
    expect(hostsNamedIn(input)).toEqual(["10.0.0.7", "example.com", "localhost:3000"]);
  });

  test("are found also when it holds itself", () => {
    const input: { url: string; self?: unknown } = { url: "http://a/" };
    input.self = input;
    expect(hostsNamedIn(input)).toEqual(["a"]);
  });
});
