// Compares the libSQL queue with BullMQ's own backends: the same jobs, one machine, one run. Prints rates and ratios.
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
const best = new Map<string, Rates>();
const servers: QueueServer[] = [];
for (const { name, start, hint } of queueServers) {
  if (!wanted.includes(name)) continue;
  if (start) servers.push(await start());
  else console.log(`${name}: not installed (${hint})`);
}
// Round by round, so that whatever else the machine does meets all of them alike; the best round of each counts.
for (let round = 0; round < Number(values.rounds); round++) {
  for (const server of servers) keepBest(server.name, await measure(server, Number(values.jobs)));
}
for (const server of servers) await server.stop();
print();

function keepBest(name: string, rates: Rates): void {
  const known = best.get(name);
  const merged = measures.map((measure) => [measure, Math.max(rates[measure], known?.[measure] ?? 0)]);
  best.set(name, Object.fromEntries(merged) as Rates);
}

function print(): void {
  const names = [...best.keys()];
  const peers = names.filter((name) => name !== "libsql" && best.has("libsql"));
  const rows = measures.map((measure) => {
    const rates = names.map((name) => [`${name}/s`, Math.round(best.get(name)?.[measure] ?? 0)]);
    const ratios = peers.map((name) => [
      `libsql : ${name}`,
      ((best.get("libsql")?.[measure] ?? 0) / (best.get(name)?.[measure] ?? 1)).toFixed(2),
    ]);
    return { jobs: measure, ...Object.fromEntries([...rates, ...ratios]) };
  });
  console.table(rows);
}
