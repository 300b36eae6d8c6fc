// Measures the engine as a whole server: runs, commands, chains, fan-outs, schedules. Prints each figure beside its bar.
// Usage: node scripts/bench-engine.ts [--only=codeRuns,commands,chain,fanOut,lateness,idleSchedules]
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as measures from "../tests/bench/engine/measures.ts";

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const wanted = values.only === "" ? null : values.only.split(",");
const rows = [];
for (const [name, measure] of Object.entries(measures)) {
  if (wanted !== null && !wanted.includes(name)) continue;
  for (const { what, value, unit, bar, met, detail } of await measure())
    rows.push({ what, seen: `${value} ${unit}`.trim(), bar, met, load: loadavg()[0]?.toFixed(1), detail });
}
console.log(`${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`);
console.table(rows);
