/** A server that does with every connection what a test says: what no HTTP library would send. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawServer {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** How many there were. */
  connections(): number;
}

/** It ends with the test. */
export async function rawServer(serve: (socket: Socket) => void): Promise<RawServer> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket
      .on("close", () => open.delete(socket))
      .on("error", () => {})
      .resume();
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open, connections: () => connections };
}

/** Sends bytes one by one, often enough that no silence is too long. */
export function drip(socket: Socket, text: string, before = ""): void {
  let at = 0;
  socket.write(before);
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ""), 20);
  socket.on("close", () => clearInterval(timer));
}

/** Sends as much as the other side takes, for ever. */
export function pour(socket: Socket, block: Buffer, before = ""): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.write(before);
  socket.on("drain", more);
  more();
}

/** The head of a page whose end is the end of its connection. */
export const PAGE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n";
