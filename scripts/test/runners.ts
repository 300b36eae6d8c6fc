/** The two test runners. Both print as they go and leave a JSON report to count from. */
import { readFileSync } from "node:fs";
import { command } from "./command.ts";
import { judged, playwrightTotals, type Totals, vitestTotals } from "./totals.ts";

export async function runVitest(root: string, report: string): Promise<Totals> {
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // Vitest colours whatever runs in continuous integration; a log file wants none. Playwright knows by itself.
  const env = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
  const { code } = await command(root, "vitest", args, { env });
  return judged(read(report, vitestTotals), code);
}

export async function runPlaywright(root: string, report: string): Promise<Totals> {
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const { code } = await command(
    root,
    "playwright",
    ["test", "--config=playwright.config.ts", "--reporter=line,json"],
    { env },
  );
  return judged(read(report, playwrightTotals), code);
}

/** A runner that fell over before its report leaves nothing to count. */
function read<Report>(file: string, totals: (report: Report) => Totals): Totals {
  try {
    return totals(JSON.parse(readFileSync(file, "utf8")) as Report);
  } catch (error) {
    console.error(`no report at ${file}: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 0 };
  }
}
