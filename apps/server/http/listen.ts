/** Opens the port, and closes it without cutting off whoever is being answered. */
import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How long requests in progress may take to end when the server stops; default 5 s. */
  readonly graceMs?: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** `http://…`, without a slash at the end. */
  readonly url: string;
  /** Ends streams, takes no more requests, waits for those in progress, then closes what is left. May be called twice. */
  close(): Promise<void>;
}

export class ListenError extends Error {
  override readonly name = "ListenError";
}

interface Fetcher {
  fetch(request: Request, env: object): Response | Promise<Response>;
}

export async function listen(app: Fetcher, options: ListenOptions): Promise<Listening> {
  const closing = new AbortController();
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, { ...env, closing: closing.signal }),
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 10_000,
    },
  }) as Server;
  server.listen(options.port, options.host);
  await once(server, "listening").catch((error: unknown) => {
    throw explained(error, options);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  let closed: Promise<void> | null = null;
  return {
    host: options.host,
    port,
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    close: () => {
      closed ??= close(server, closing, options.graceMs ?? 5000);
      return closed;
    },
  };
}

async function close(server: Server, closing: AbortController, graceMs: number): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  closing.abort();
  server.closeIdleConnections();
  const forced = setTimeout(() => server.closeAllConnections(), graceMs);
  await done;
  clearTimeout(forced);
}

function explained(error: unknown, { host, port }: ListenOptions): Error {
  const code = (error as { code?: unknown }).code;
  const say = (message: string): ListenError => new ListenError(message, { cause: error });
  if (code === "EADDRINUSE") {
    return say(
      `Port ${port} on ${host} is in use by another program, perhaps another Ultravisor. Stop it, or choose another port: ULTRAVISOR_PORT=${port === 65_535 ? port - 1 : port + 1} npm start`,
    );
  }
  if (code === "EACCES")
    return say(
      `Port ${port} needs rights that this user does not have. Choose one above 1023: ULTRAVISOR_PORT=54321 npm start`,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return say(`This machine has no address ${host}. Set ULTRAVISOR_HOST to one of its own, such as 127.0.0.1.`);
  return error instanceof Error ? error : new Error(String(error));
}
