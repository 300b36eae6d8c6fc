/**
 * The way out of Chromium: a forward proxy on loopback, inside the runner. Pages, redirects, frames, scripts' requests and
 * WebSockets all pass it, and its connections are the egress policy's. Chromium resolves no names itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { BrowsingError } from "../../core/browsing.ts";
import type { NamedHosts } from "../../core/egress.ts";
import { networkError, wasStale } from "../http/network-error.ts";
import type { Egress } from "./egress.ts";
import { toldDenied } from "./judgement.ts";

export interface EgressProxy {
  /** What Chromium is told, such as `http://127.0.0.1:41234`. */
  readonly server: string;
  /** Why the last connection to a host failed, or null. Chromium itself cannot know. */
  faultOf(url: URL): BrowsingError | null;
  /** How many bytes Chromium was sent so far, headers and TLS included. */
  passed(): number;
  close(): void;
}

/** Meant for one connection each, and so not passed on. */
const HOP_BY_HOP = new Set(
  "connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect".split(
    " ",
  ),
);
/** Longer than Chromium keeps an idle connection, so that it is never closed just as it is used again. */
const IDLE_TIMEOUT = 600_000;
const TIMEOUT_SAID = 30_000;

/**
 * Each proxy lets through what its own `named` allows; whoever knows its port has those rights, and no others.
 * @param refused is told once of each host that a task's proxy does not connect to: a page learns no more than that its WebSocket failed
 */
export async function openEgressProxy(
  egress: Egress,
  named: NamedHosts,
  refused: (host: string, fault: BrowsingError) => void = () => {},
): Promise<EgressProxy> {
  const faults = new Map<string, BrowsingError>();
  const server = createServer({ keepAliveTimeout: IDLE_TIMEOUT, requestTimeout: 0, noDelay: true });
  const note = (url: URL, error: unknown): BrowsingError => {
    const fault = networkError(toldDenied(error, url), url, TIMEOUT_SAID);
    faults.set(url.host, fault);
    return fault;
  };
  const clear = (url: URL): void => void faults.delete(url.host);
  const sockets = new Set<Duplex>();
  const clients = new Set<Socket>();
  let passedBefore = 0;
  server.on("connection", (socket) => {
    follow(sockets, socket);
    clients.add(socket);
    socket.once("close", () => {
      clients.delete(socket);
      passedBefore += socket.bytesWritten;
    });
  });
  server.on("request", (request, response) => void forward(egress, named, request, response, note, clear));
  const told = new Set<string>();
  const noteTunnel = (url: URL, error: unknown): BrowsingError => {
    const fault = note(url, error);
    if (fault.code === "proxy_failed" && !told.has(url.host)) refused(url.host, fault);
    told.add(url.host);
    return fault;
  };
  server.on("connect", (request, socket, head) => {
    const track = (upstream: Socket): void => follow(sockets, upstream);
    tunnel({ egress, named, note: noteTunnel, clear, track }, request, socket, head);
  });
  server.on("upgrade", (_request, socket) => socket.destroy());
  await listen(server);
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faultOf: (url) => faults.get(url.host) ?? null,
    passed: () => [...clients].reduce((sum, socket) => sum + socket.bytesWritten, passedBefore),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

type Note = (url: URL, error: unknown) => BrowsingError;
type Clear = (url: URL) => void;

async function forward(
  egress: Egress,
  named: NamedHosts,
  request: IncomingMessage,
  response: ServerResponse,
  note: Note,
  clear: Clear,
): Promise<void> {
  const url = URL.parse(request.url ?? "");
  if (url?.protocol !== "http:") return void response.writeHead(400).end("This is a proxy of a browser.");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const answer = await ask(egress, named, url, request, gone.signal);
    clear(url);
    response.writeHead(answer.statusCode, passedOn(answer.headers));
    answer.body.on("error", () => response.destroy());
    answer.body.pipe(response);
  } catch (error) {
    if (gone.signal.aborted) return;
    const fault = note(url, error);
    // A script that drives the page itself reads why; any other failure must not look like an answer of the site.
    if (fault.code === "egress_denied") response.writeHead(403, { "content-type": "text/plain" }).end(fault.message);
    else response.destroy();
  }
}

function ask(egress: Egress, named: NamedHosts, url: URL, request: IncomingMessage, signal: AbortSignal) {
  const method = request.method ?? "GET";
  const isPlain = method === "GET" || method === "HEAD";
  const send = () =>
    egress.request(named, url, {
      method,
      headers: passedOn(request.headersDistinct),
      body: isPlain ? null : request,
      signal,
      // What waits on purpose, such as server-sent events, is for Chromium to end.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  return send().catch((error: unknown) => {
    if (!isPlain || !wasStale(error) || signal.aborted) throw error;
    return send();
  });
}

function passedOn(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name.toLowerCase())) continue;
    kept[name] = Array.isArray(value) && value.length === 1 ? (value[0] ?? "") : value;
  }
  return kept;
}

interface TunnelParts {
  readonly egress: Egress;
  readonly named: NamedHosts;
  readonly note: Note;
  readonly clear: Clear;
  /** Is told of every connection, so that it ends with the proxy. */
  track(upstream: Socket): void;
}

function tunnel(
  { egress, named, note, clear, track }: TunnelParts,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  // Read as https, whose default port no CONNECT leaves out, so that the host is written as in the page's address.
  const url = URL.parse(`https://${request.url}`);
  if (!url || url.hostname === "" || url.pathname !== "/") {
    return void client.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  }
  egress.connect(named, url.hostname, Number(url.port) || 443).then(
    (upstream) => {
      // Chromium may have given up meanwhile.
      if (client.destroyed) return void upstream.destroy();
      track(upstream);
      clear(url);
      upstream.on("error", () => client.destroy());
      upstream.on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) upstream.write(head);
      client.pipe(upstream).pipe(client);
    },
    (error: unknown) => {
      const denied = note(url, error).code === "egress_denied";
      client.end(`HTTP/1.1 ${denied ? "403 Forbidden" : "502 Bad Gateway"}\r\n\r\n`);
    },
  );
  client.on("error", () => client.destroy());
}

function follow(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}
