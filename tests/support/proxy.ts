/** Real proxies on loopback for tests: HTTP CONNECT and SOCKS 5, with a user and password if given. They note where they were sent. */
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface TestProxy {
  /** With its user and password. */
  readonly url: string;
  /** `address:port` of every connection it was asked for. */
  readonly asked: string[];
}

const SECRET = { user: "ada", password: "p@ss:word" };

/** @param answer what it says instead of connecting, such as 403 */
export async function httpProxy(answer?: number): Promise<TestProxy> {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from(`${SECRET.user}:${SECRET.password}`).toString("base64")}`;
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Socket) => {
    asked.push(request.url ?? "");
    const status = request.headers["proxy-authorization"] === expected ? answer : 407;
    if (status !== undefined) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const target = new URL(`tcp://${request.url}`);
    join(client, target.hostname, Number(target.port), () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
  });
  return { url: `http://${await listening(server)}`, asked };
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
  return { url: `socks5://${await listening(server)}`, asked };
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
