// Adds and processes jobs until it is killed, and says on standard output which ones it was promised.
import { writeSync } from "node:fs";
import { Queue, Worker } from "bullmq";
import { createLibsqlBackend } from "../../apps/bullmq-libsql/index.ts";

const [url = "", round = "0"] = process.argv.slice(2);
const options = { connection: { url } };
const queue = new Queue("crash", options, createLibsqlBackend);
new Worker(
  "crash",
  async () => ({ fine: true }),
  { ...options, concurrency: 5, maxStalledCount: 1e6 },
  createLibsqlBackend,
);

for (let n = 0; ; n++) {
  const opts = { jobId: `${round}-${n}`, ...(n % 7 === 0 && { delay: 20 }), ...(n % 5 === 0 && { priority: 2 }) };
  const job = await queue.add("job", { n }, opts);
  writeSync(1, `${job.id}\n`);
}
