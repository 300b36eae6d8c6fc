/** What every spec is given: the running server, and pages that must neither complain nor break their security policy. */
import { test as base, expect, type Page } from "@playwright/test";
import { type Server, startServer } from "./server.ts";

interface Fixtures {
  /** A page that signed in with the printed link and shows the runs. */
  readonly home: Page;
  /** Complaints that a test brings about on purpose. */
  readonly expectedComplaints: readonly RegExp[];
  readonly noComplaints: undefined;
}

export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    async ({ browserName }, use) => {
      if (browserName !== "chromium") throw new Error("the end-to-end tests run in Chromium");
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  home: async ({ page, server }, use) => {
    await page.goto(server.link);
    await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
    await use(page);
  },
  expectedComplaints: [[], { option: true }],
  noComplaints: [
    async ({ page, expectedComplaints }, use) => {
      const complaints = await listen(page);
      await use(undefined);
      expect(complaints.filter((text) => !expectedComplaints.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Errors and warnings of the console, uncaught errors, dialogs, and breaches of the content security policy. */
async function listen(page: Page): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`content security policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
    });
  });
  return complaints;
}
