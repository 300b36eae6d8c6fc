// Compares a crawl by Ultravisor with others: the same site, the same pages, one machine, one run. Prints medians and ratios.
// Usage: node scripts/bench-crawl.ts [--pages=1200] [--rounds=3] [--concurrency=8] [--only=http|browser]
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findChromium } from "../apps/server/browser/chromium.ts";
import { type Contender, contenders, type Measured } from "../tests/bench/crawl/contest.ts";

const FOLDER = resolve(import.meta.dirname, "../tests/bench/crawl");
const { values } = parseArgs({
  options: {
    pages: { type: "string", default: "1200" },
    rounds: { type: "string", default: "3" },
    concurrency: { type: "string", default: "8" },
    only: { type: "string", default: "" },
  },
});

const chromium = await findChromium();
if (chromium === null) throw new Error("no Chromium was found: `node scripts/setup.mjs` installs one");
if (!existsSync(join(FOLDER, "node_modules")))
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "inherit" });

const site = spawn(process.execPath, [join(FOLDER, "site.ts"), values.pages], {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const url = await new Promise<string>((done) =>
  site.stdout?.once("data", (line: Buffer) => done(line.toString().trim())),
);
const entered = contenders(chromium.path).filter(({ tier }) => values.only === "" || tier === values.only);
const results = new Map<string, Measured[]>();
// Round by round, so that whatever else the machine does meets all of them alike.
for (let round = 0; round < Number(values.rounds); round++) {
  for (const contender of entered) {
    const measured = await contender.crawl(`${url}/p0.html`, Number(values.concurrency));
    results.set(contender.name, [...(results.get(contender.name) ?? []), measured]);
    console.log(
      `round ${round + 1}: ${contender.name.padEnd(20)} ${measured.pages} pages in ${Math.round(measured.ms)} ms`,
    );
  }
}
site.kill();
console.table(entered.map(toRow));

function toRow(contender: Contender): Record<string, string | number> {
  const rate = rateOf(contender.name);
  const pages = [...new Set((results.get(contender.name) ?? []).map((measured) => measured.pages))].join(", ");
  const ours =
    contender.tier === "http"
      ? ["ultravisor (never)", "ultravisor (auto)"]
      : ["ultravisor (always)", "ultravisor (auto)"];
  const ratios = ours
    .filter((name) => results.has(name))
    .map((name) => [`${name} is × faster`, (rateOf(name) / rate).toFixed(2)]);
  return {
    tier: contender.tier,
    contender: contender.name,
    pages,
    "pages/s (median)": Math.round(rate),
    ...Object.fromEntries(ratios),
  };
}

function rateOf(name: string): number {
  const rates = (results.get(name) ?? []).map(({ pages, ms }) => (pages / ms) * 1000).sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? 0;
}
