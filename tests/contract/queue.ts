// What every queue backend promises, whatever lies below it: one suite, run on libSQL, Redis and PostgreSQL alike.
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { families, managing, timing } from "./queue-control.ts";
import { adding, processing } from "./queue-life.ts";
import type { QueueServer } from "./queue-servers.ts";
import { type Its, makeBench } from "./queue-setup.ts";

/** Registers the suite for one kind of server. */
export function describeQueueContract(name: string, start: () => Promise<QueueServer>): void {
  describe(`A queue on ${name}`, () => {
    let server: QueueServer;
    let bench: Awaited<ReturnType<typeof makeBench>>;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      bench = await makeBench(server);
    });
    afterEach(() => bench.close());
    const its: Its = (title, run) => test(title, () => run(bench));
    for (const part of [adding, processing, timing, managing, families]) part(its);
  });
}
