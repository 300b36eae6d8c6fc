// Compares a crawl by Ultravisor with others: the same site, one machine, one run. Prints medians, ratios, and what each found.
// Our server stays up through all rounds, as it does for whoever uses it; the first round tells its first crawl.
// Usage: node scripts/bench-crawl.ts [--site=static|decorated|rendered|mixed|all] [--pages=1200] [--rounds=3] [--concurrency=8] [--only=http|browser|<name>]
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findChromium } from "../apps/server/browser/chromium/chromium.ts";
import { type Contender, contenders, type Measured } from "../tests/bench/crawl/contest.ts";
import { startUltravisor } from "../tests/bench/crawl/ours.ts";
import { type RunningSite, serveSite } from "../tests/bench/crawl/running-site.ts";
import { verdictOn } from "../tests/bench/crawl/verdict.ts";

const FOLDER = resolve(import.meta.dirname, "../tests/bench/crawl");
const SITES = ["static", "decorated", "rendered", "mixed"];
const { values } = parseArgs({
  options: {
    site: { type: "string", default: "all" },
    pages: { type: "string", default: "1200" },
    rounds: { type: "string", default: "3" },
    concurrency: { type: "string", default: "8" },
    only: { type: "string", default: "" },
  },
});

const chromium = await findChromium();
if (chromium === null) throw new Error("no Chromium was found: `node scripts/setup.mjs` installs one");
if (!existsSync(join(FOLDER, "node_modules/vite")))
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "inherit" });
const asked = values.site === "all" ? SITES : values.site.split(",");
const unknown = asked.find((site) => !SITES.includes(site));
if (unknown !== undefined) throw new Error(`expected --site to be one of ${SITES.join(", ")} or all, got ${unknown}`);
const ultravisor = await startUltravisor(Number(values.concurrency));
const entered = contenders(chromium.path, ultravisor).filter(
  ({ name, tier }) => values.only === "" || tier === values.only || name.includes(values.only),
);
try {
  for (const kind of asked) {
    const site = await serveSite(kind, values.pages);
    console.log(`\n${kind}: ${site.expected.size} pages`);
    await contest(site);
    site.stop();
  }
} finally {
  await ultravisor.stop();
}

async function contest(site: RunningSite): Promise<void> {
  const results = new Map<string, Measured[]>();
  for (const tier of ["http", "browser"]) {
    // Round by round, so that whatever else the machine does meets all of them alike.
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const contender of entered.filter((one) => one.tier === tier)) {
        const measured = await contender.crawl(site.url + site.start, Number(values.concurrency));
        results.set(contender.name, [...(results.get(contender.name) ?? []), measured]);
        const { length } = measured.pages;
        console.log(
          `round ${round + 1}: ${contender.name.padEnd(20)} ${length} pages in ${Math.round(measured.ms)} ms`,
        );
      }
    }
  }
  console.table(entered.map((contender) => toRow(contender, results, site)));
}

function toRow(
  { name, tier }: Contender,
  results: ReadonlyMap<string, Measured[]>,
  site: RunningSite,
): Record<string, string | number> {
  const rate = rateOf(results.get(name));
  const ours =
    tier === "http" ? ["ultravisor (never)", "ultravisor (auto)"] : ["ultravisor (always)", "ultravisor (auto)"];
  const ratios = ours
    .filter((own) => results.has(own))
    .map((own) => [`${own} is × faster`, (rateOf(results.get(own)) / rate).toFixed(2)]);
  const last = results.get(name)?.at(-1);
  return {
    tier,
    contender: name,
    ...(last && verdictOn(last, site.expected)),
    "pages/s (first)": Math.round(rateOf(results.get(name)?.slice(0, 1)) * 10) / 10,
    "pages/s (median)": Math.round(rate * 10) / 10,
    ...Object.fromEntries(ratios),
  };
}

function rateOf(measured: readonly Measured[] = []): number {
  const rates = measured.map(({ pages, ms }) => (pages.length / ms) * 1000).sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? 0;
}
