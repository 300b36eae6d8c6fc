/**
 * A real web site on loopback for tests: documentation with files to download, pages that scripts build, and whatever
 * else a crawler meets (redirects, compression, charsets, cookies, errors). Counts what it is asked for.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addDocumentation, DOCUMENTATION } from "./site/documentation.ts";
import { addMixedPages } from "./site/mixed.ts";
import { addOddities } from "./site/oddities.ts";
import { addShop } from "./site/recorded.ts";
import { addRenderedPages } from "./site/rendered.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A response that waits for the test. */
export interface Gate {
  /** Resolves when the first request has arrived. */
  readonly arrived: Promise<void>;
  /** Lets all requests through, those waiting and those to come. */
  open(): void;
}

export interface Site {
  /** Such as `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string;
  /** The documentation: where it starts, and the addresses of all its pages and files. */
  readonly documentation: {
    readonly start: string;
    readonly pages: readonly string[];
    readonly files: readonly string[];
  };
  /** Answers a path (without query) from now on; text is sent as HTML. */
  route(path: string, answer: Handler | string): void;
  /** Makes a path wait before it is answered. */
  hold(path: string): Gate;
  /** How often a path (without query) was asked for. */
  count(path: string): number;
  /** How many connections were opened so far. */
  connections(): number;
  /** Every request so far, in order. */
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export type Routes = Pick<Site, "route">;

export async function startSite(): Promise<Site> {
  const routes = new Map<string, Handler>();
  const gates = new Map<string, { wait: Promise<void>; arrive: () => void }>();
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    received.push({ path: url.pathname, headers: request.headers });
    gates.get(url.pathname)?.arrive();
    await gates.get(url.pathname)?.wait;
    const handler = routes.get(url.pathname) ?? notFound;
    if (!response.destroyed) handler(request, response, url);
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site: Site = {
    url,
    documentation: {
      start: url + DOCUMENTATION.start,
      pages: DOCUMENTATION.pages.map((path) => url + path),
      files: DOCUMENTATION.files.map((path) => url + path),
    },
    route: (path, answer) => void routes.set(path, typeof answer === "string" ? html(answer) : answer),
    hold: (path) => hold(path, gates),
    count: (path) => received.filter((request) => request.path === path).length,
    connections: () => connections,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  for (const add of [addDocumentation, addOddities, addRenderedPages, addMixedPages, addShop]) add(site);
  return site;
}

/** A handler that sends a page. */
export function html(body: string, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(body);
  };
}

function hold(path: string, gates: Map<string, { wait: Promise<void>; arrive: () => void }>): Gate {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  gates.set(path, { wait: opened.promise, arrive: arrived.resolve });
  return { arrived: arrived.promise, open: opened.resolve };
}

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { "content-type": "text/html" }).end("<title>Not found</title><h1>Not found</h1>");
}
