/** Reads a body so that what had arrived when its connection broke is not lost: a stream that fails drops what it holds. */
import type { Readable } from "node:stream";

const MOST_HELD = 1024 * 1024;

/** Takes bytes from now on, also before anybody asks. An error comes after all bytes that came before it. */
export function salvage(body: Readable): AsyncIterable<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  let end: { readonly error: Error | null } | null = body.destroyed ? { error: body.errored } : null;
  let wake = Promise.withResolvers<void>();
  const finish = (error: Error | null): void => {
    end ??= { error };
    wake.resolve();
  };
  body.on("data", (chunk: Uint8Array) => {
    held.push(chunk);
    size += chunk.byteLength;
    if (size > MOST_HELD) body.pause();
    wake.resolve();
  });
  body.once("end", () => finish(null));
  body.once("error", finish);
  body.once("close", () => finish(new Error("the connection was closed")));
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = held.shift();
        if (chunk) {
          size -= chunk.byteLength;
          yield chunk;
        } else if (end) {
          if (end.error) throw end.error;
          return;
        } else {
          body.resume();
          await wake.promise;
          wake = Promise.withResolvers<void>();
        }
      }
    },
  };
}
