/** End-to-end tests: a real server with its own data folder (tests/e2e/server.ts), looked at through a real Chromium. */
import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** Where distributions put Chromium; without any of them, the one that Playwright installed itself. */
const chromium = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

/** Root has no sandbox for Chromium; everything else keeps it from calling home. */
const args = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results/e2e",
  workers: 1,
  // A browser on a busy machine may miss a moment; what passes only the second time is listed as flaky.
  retries: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 860 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: { args, ...(chromium === undefined ? {} : { executablePath: chromium }) },
  },
});
