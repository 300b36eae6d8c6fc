/**
 * `npm test`: types, lint, the house's import rules, Vitest, Playwright. The last line adds the two test runners up:
 * `N passed, N failed`. A check that fails counts as one failed test, and so does a runner that ran nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCheck } from "./test/check.ts";
import { runPlaywright, runVitest } from "./test/runners.ts";
import { add, type Totals } from "./test/totals.ts";

const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "ultravisor-test-"));

try {
  const totals: Totals[] = [];
  totals.push(await runCheck(root, "types", ["tsc", "--noEmit", "-p", "."]));
  totals.push(await runCheck(root, "lint", ["biome", "check", "--error-on-warnings"]));
  totals.push(await runCheck(root, "imports", ["node", "scripts/check-deps.ts"]));
  totals.push(await runVitest(root, path.join(folder, "vitest.json")));
  totals.push(await runPlaywright(root, path.join(folder, "playwright.json")));
  const { passed, failed } = totals.reduce(add);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`\n${passed} passed, ${failed} failed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
