/** Passed and failed tests, read from the runners' own JSON reports. */

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

export function add(a: Totals, b: Totals): Totals {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** A file that could not even be loaded has no tests to count, so it counts as one. */
export function vitestTotals(report: VitestReport): Totals {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number };
}

export function playwrightTotals({ stats }: PlaywrightReport): Totals {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected };
}

/** What a runner counted, held against how it ended: nothing run, or a bad end that no test explains, is one failure. */
export function judged(totals: Totals, exitCode: number): Totals {
  const unexplained = totals.failed === 0 && (totals.passed === 0 || exitCode !== 0);
  return unexplained ? { ...totals, failed: 1 } : totals;
}
