/**
 * Real proxies on loopback for tests: HTTP, which as Squid by default opens tunnels to few ports and fetches the rest, and SOCKS 5.
 * Both want a user and password, and note what they were asked. Names of `.test` are this machine.
 */
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface TestProxy {
  /** With its user and password. */
  readonly url: string;
  /** `GET http://…` or `CONNECT address:port` of every request, `address:port` of every connection by SOCKS. */
  readonly asked: string[];
  /** How many connections were opened to it. */
  connections(): number;
}

export interface HttpProxyOptions {
  /** What it answers instead of doing what it is asked. */
  readonly answer?: (response: ServerResponse) => void;
  /** The ports that it opens tunnels to; default: none. */
  readonly tunnels?: readonly number[];
}

const SECRET = { user: "ada", password: "p@ss:word" };

export async function httpProxy({ answer, tunnels = [] }: HttpProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from(`${SECRET.user}:${SECRET.password}`).toString("base64")}`;
  const isKnown = ({ headers }: IncomingMessage): boolean => headers["proxy-authorization"] === expected;
  const server = createHttpServer((asking, response) => {
    asked.push(`${asking.method} ${asking.url}`);
    if (!isKnown(asking)) response.writeHead(407, { "proxy-authenticate": 'Basic realm="test"' }).end("Who are you?");
    else if (answer) answer(response);
    else fetchFor(asking, response);
  });
  server.on("connect", (asking, client: Socket) => {
    asked.push(`CONNECT ${asking.url}`);
    const target = new URL(`tcp://${asking.url}`);
    const status = isKnown(asking) ? 403 : 407;
    if (status === 407 || !tunnels.includes(Number(target.port))) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    join(client, target.hostname, Number(target.port), () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
  });
  return { url: `http://${await listening(server)}`, asked, connections: counted(server) };
}

/** As proxies do it: the host is that of the address, whatever the header says, and what is meant for the proxy stays here. */
function fetchFor(asking: IncomingMessage, response: ServerResponse): void {
  const url = new URL(asking.url ?? "");
  const { "proxy-authorization": _secret, connection: _connection, ...headers } = asking.headers;
  const hostname = url.hostname.endsWith(".test") ? "127.0.0.1" : url.hostname;
  const target = { hostname, port: url.port, path: url.pathname + url.search, method: asking.method };
  const asks = request({ ...target, headers: { ...headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, via: "1.1 test" });
    answer.on("error", () => response.destroy()).pipe(response);
  });
  asks.on("error", () => response.writeHead(502).end("The site cannot be reached."));
  asking.pipe(asks);
}

function counted(server: ReturnType<typeof createServer>): () => number {
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  return () => connections;
}

export async function socksProxy(): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((client) => {
    client.on("error", () => client.destroy());
    client.once("data", () => {
      client.write(Buffer.from([5, 2]));
      client.once("data", (auth) => {
        const user = auth.subarray(2, 2 + auth[1]!).toString();
        const password = auth.subarray(3 + auth[1]!).toString();
        const isKnown = user === SECRET.user && password === SECRET.password;
        client.write(Buffer.from([1, isKnown ? 0 : 1]));
        if (isKnown) client.once("data", (request) => serve(client, request, asked));
      });
    });
  });
  return { url: `socks5://${await listening(server)}`, asked, connections: counted(server) };
}

function serve(client: Socket, request: Buffer, asked: string[]): void {
  const host = request[3] === 1 ? request.subarray(4, 8).join(".") : request.subarray(4, 20).toString("hex");
  const port = request.readUInt16BE(request.length - 2);
  asked.push(`${host}:${port}`);
  join(client, host, port, () => client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
}

function join(client: Socket, host: string, port: number, done: () => void): void {
  const upstream = connect(port, host, () => {
    done();
    client.pipe(upstream).pipe(client);
  });
  upstream.on("error", () => client.destroy());
  client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
}

/** User, password, host and port of a URL. */
async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  const clients = new Set<Socket>();
  server.on("connection", (client: Socket) => clients.add(client));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const { user, password } = SECRET;
  return `${user}:${encodeURIComponent(password)}@127.0.0.1:${(server.address() as AddressInfo).port}`;
}
