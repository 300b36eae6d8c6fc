// Shows whether a job costs more in a full queue: rates with ever more finished and delayed jobs in the file.
// Usage: node tests/bench/queue-curve.ts [--sizes=0,10000,100000,1000000] [--jobs=5000]
import { parseArgs } from "node:util";
import type { Queue } from "bullmq";
import type { LibsqlQueueBackend } from "../../apps/bullmq-libsql/index.ts";
import { startLibsql } from "../contract/queue-servers.ts";
import { addInBulk, addOneByOne, classesOn, processingRate, rate } from "./queue-load.ts";

const { values } = parseArgs({
  options: { sizes: { type: "string", default: "0,10000,100000,1000000" }, jobs: { type: "string", default: "5000" } },
});
const jobs = Number(values.jobs);
const rows: Record<string, number>[] = [];

for (const finished of values.sizes.split(",").map(Number)) {
  const server = await startLibsql();
  await fill(server, finished, Math.floor(finished / 10));
  const opened = performance.now();
  const queue = classesOn(server).queue("bench");
  await queue.waitUntilReady();
  rows.push({
    finished,
    delayed: finished / 10,
    "opened in ms": Math.round(performance.now() - opened),
    "one by one": Math.round(await rate(jobs, () => addOneByOne(queue, jobs))),
    "concurrency 1": Math.round(await processingRate(server, "bench", 1, jobs)),
    "in bulk": Math.round(await rate(jobs, () => addInBulk(queue, jobs))),
    "concurrency 50": Math.round(await processingRate(server, "bench", 50, jobs)),
    ...(await cpuPerJob(queue, server)),
  });
  await queue.close();
  await server.stop();
}
console.table(rows);

/** Processor time is steadier than the clock on a machine that does other things as well. */
async function cpuPerJob(
  queue: Queue,
  server: Awaited<ReturnType<typeof startLibsql>>,
): Promise<Record<string, number>> {
  await addInBulk(queue, jobs);
  const before = process.cpuUsage();
  await processingRate(server, "bench", 1, jobs);
  const { user, system } = process.cpuUsage(before);
  return { "µs of processor": Math.round((user + system) / jobs) };
}

/** Puts finished and delayed jobs into the file by hand; adding a million of them properly is another benchmark. */
async function fill(server: Awaited<ReturnType<typeof startLibsql>>, finished: number, delayed: number): Promise<void> {
  const backend = server.factory("bench", { connection: server.connection }) as LibsqlQueueBackend;
  await backend.store.perform(() => {
    const { sql } = backend.store;
    const queue = sql.get<{ id: number }>("SELECT id FROM queue WHERE name = 'bull:bench'")?.id ?? 0;
    const insert = (count: number, prefix: string, columns: string, select: string): unknown =>
      sql.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) " +
          `INSERT INTO job (queue, id, timestamp, name, opts, data, ${columns}) ` +
          `SELECT ?, '${prefix}' || i, 1, 'job', '{}', '{"to":"ada@example.com","template":"welcome"}', ${select} FROM n WHERE i <= ?`,
        count,
        queue,
        count,
      );
    if (finished > 0)
      insert(finished, "old-", "state, rank, finished_on, return_value", "6, 1e12 + i, 1e12 + i, 'null'");
    if (delayed > 0) insert(delayed, "later-", "state, rank, delay", "4, 4e12 + i, 1000");
  });
  await backend.close();
}
