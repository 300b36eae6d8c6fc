// Compares the libSQL queue with BullMQ's own backends: the same jobs, one machine, one run. Prints medians and ratios.
// Usage: node scripts/bench-queue.ts [--jobs=10000] [--rounds=3] [--only=libsql,redis,postgres]
import { parseArgs } from "node:util";
import { measure, measures, type Rates } from "../tests/bench/queue-load.ts";
import { type QueueServer, queueServers } from "../tests/contract/queue-servers.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "libsql,redis,postgres" },
  },
});

const wanted = values.only.split(",");
const results = new Map<string, Rates[]>();
const servers: QueueServer[] = [];
for (const { name, start, hint } of queueServers) {
  if (!wanted.includes(name)) continue;
  if (start) servers.push(await start());
  else console.log(`${name}: not installed (${hint})`);
}
// Round by round, so that whatever else the machine does meets all of them alike; medians count.
for (let round = 0; round < Number(values.rounds); round++) {
  for (const server of servers) {
    const rates = await measure(server, Number(values.jobs));
    results.set(server.name, [...(results.get(server.name) ?? []), rates]);
  }
}
for (const server of servers) await server.stop();
print();

function median(name: string, measure: (typeof measures)[number]): number {
  const rates = (results.get(name) ?? []).map((round) => round[measure]).sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? 0;
}

function print(): void {
  const names = [...results.keys()];
  const peers = names.filter((name) => name !== "libsql" && results.has("libsql"));
  const rows = measures.map((measure) => {
    const rates = names.map((name) => [`${name}/s`, Math.round(median(name, measure))]);
    const ratios = peers.map((name) => [
      `libsql : ${name}`,
      (median("libsql", measure) / median(name, measure)).toFixed(2),
    ]);
    return { jobs: measure, ...Object.fromEntries([...rates, ...ratios]) };
  });
  console.table(rows);
}
