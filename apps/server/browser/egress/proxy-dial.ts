/**
 * Connects to a host through a proxy: HTTP CONNECT (RFC 9110, 9.3.6), or SOCKS version 5 (RFC 1928) with user and password (RFC
 * 1929). The proxy is told an address and never a name, so that what was judged is what is connected to.
 */
import { connect, isIPv4, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { BrowsingError } from "../../core/browsing.ts";
import { type ProxyServer, proxyName } from "../../core/proxy.ts";

const TIMEOUT = 15_000;
const MAX_ANSWER = 16_384;
/** RFC 1928, 6: reply codes. */
const SOCKS_REPLIES = [
  "",
  "failed",
  "does not allow it",
  "has no way to that network",
  "has no way to that host",
  "was refused there",
  "gave up waiting",
  "cannot connect",
  "does not know that kind of address",
];

/** @param address of the host, as numbers. Rejects with `proxy_failed`. */
export async function dialThrough(proxy: ProxyServer, address: string, port: number): Promise<Socket> {
  const socket = await toProxy(proxy);
  const fail = (why: string, retryable = true): never => {
    throw proxyFailed(proxy, why, retryable);
  };
  const timer = setTimeout(
    () => socket.destroy(proxyFailed(proxy, `did not answer in ${TIMEOUT / 1000} s`, true)),
    TIMEOUT,
  );
  try {
    if (proxy.protocol === "socks5") await socks(socket, proxy, address, port, fail);
    else await tunnel(socket, proxy, address, port, fail);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof BrowsingError
      ? error
      : proxyFailed(proxy, `cut the connection (${reason(error)})`, true, error);
  } finally {
    clearTimeout(timer);
  }
}

/** What it is told to let this task through, as Proxy-Authorization says it; null: nothing. */
export function credentialsOf({ user, password }: ProxyServer): string | null {
  return user === "" && password === "" ? null : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** What status 407 means: another try with the same words would end the same. */
export function wantsPassword(proxy: ProxyServer): BrowsingError {
  const why = credentialsOf(proxy) === null ? "wants a user and password" : "does not accept the user and password";
  return proxyFailed(proxy, why, false);
}

type Fail = (why: string, retryable?: boolean) => never;

/** A connection to the proxy itself. Rejects with `proxy_failed`. */
export function toProxy(proxy: ProxyServer): Promise<Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const options = { host, port: proxy.port, noDelay: true, timeout: TIMEOUT };
    const isSecure = proxy.protocol === "https";
    const socket = isSecure ? connectTls({ ...options, servername: host }) : connect(options);
    socket.once("error", (error) => reject(proxyFailed(proxy, `could not be reached: ${reason(error)}`, true, error)));
    socket.once("timeout", () => socket.destroy(new Error(`no connection in ${TIMEOUT / 1000} s`)));
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      socket.setTimeout(0);
      // From here on an error is whoever's that uses it; nobody may use it when it comes.
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

async function tunnel(socket: Socket, proxy: ProxyServer, address: string, port: number, fail: Fail): Promise<void> {
  const target = isIPv4(address) ? `${address}:${port}` : `[${address}]:${port}`;
  const credentials = credentialsOf(proxy);
  const header = credentials === null ? "" : `Proxy-Authorization: ${credentials}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${header}\r\n`);
  const head = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf("\r\n\r\n");
    return end < 0 ? null : end + 4;
  });
  const [, status = ""] = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString("latin1")) ?? [];
  if (status === "407") throw wantsPassword(proxy);
  if (!status.startsWith("2")) fail(status === "" ? "does not speak HTTP" : `refused to connect (status ${status})`);
}

async function socks(socket: Socket, proxy: ProxyServer, address: string, port: number, fail: Fail): Promise<void> {
  const hasUser = proxy.user !== "" || proxy.password !== "";
  socket.write(Buffer.from(hasUser ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await readUntil(socket, (bytes) => (bytes.length < 2 ? null : 2));
  if (version !== 5) fail("does not speak SOCKS 5");
  if (method === 2) {
    const [user, password] = [Buffer.from(proxy.user), Buffer.from(proxy.password)];
    if (user.length > 255 || password.length > 255) fail("cannot be given so long a user or password", false);
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
    const [, status] = await readUntil(socket, (bytes) => (bytes.length < 2 ? null : 2));
    if (status !== 0) fail("does not accept the user and password", false);
  } else if (method !== 0) fail("wants a user and password", false);
  const ports = Buffer.from([port >> 8, port & 255]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, isIPv4(address) ? 1 : 4]), numbersOf(address), ports]));
  const answer = await readUntil(socket, (bytes) => {
    if (bytes.length < 5) return null;
    const length = bytes[3] === 1 ? 10 : bytes[3] === 4 ? 22 : 7 + (bytes[4] ?? 0);
    return bytes.length < length ? null : length;
  });
  if (answer[1] !== 0) fail(SOCKS_REPLIES[answer[1] ?? 1] ?? `refused (reply ${answer[1]})`);
}

/** The bytes of an address. */
function numbersOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  // A URL writes every address in one way: at most one `::`, and no dotted part.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [left = "", right] = plain.split("::");
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const [start, end] = [groups(left), groups(right ?? "")];
  const all = [...start, ...Array<string>(8 - start.length - end.length).fill("0"), ...end];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
}

/** Reads an answer whose length `ends` tells, and leaves what follows it. */
async function readUntil(socket: Socket, ends: (bytes: Buffer) => number | null): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      if (socket.destroyed || socket.readableEnded) throw socket.errored ?? new Error("it ended");
      await new Promise<void>((resolve) => {
        const go = (): void => {
          for (const event of ["readable", "close", "end"]) socket.off(event, go);
          resolve();
        };
        for (const event of ["readable", "close", "end"]) socket.once(event, go);
      });
      continue;
    }
    bytes = Buffer.concat([bytes, chunk]);
    const end = ends(bytes);
    if (end !== null) {
      if (bytes.length > end) socket.unshift(bytes.subarray(end));
      return bytes.subarray(0, end);
    }
    if (bytes.length > MAX_ANSWER) throw new Error("its answer does not end");
  }
}

export function proxyFailed(proxy: ProxyServer, why: string, retryable: boolean, cause?: unknown): BrowsingError {
  return new BrowsingError("proxy_failed", `The proxy ${proxyName(proxy)} ${why}.`, { retryable, cause });
}

function reason(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
