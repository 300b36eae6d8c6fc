import { expect, test } from "./fixtures.ts";

test("The first start crawls the documentation, with its pages and files in the history", async ({ home }) => {
  const run = home
    .getByRole("list", { name: "Runs" })
    .getByRole("link", { name: /crawl-and-download/ })
    .last();
  await expect(run).toContainText("succeeded", { timeout: 45_000 });
  await run.click();

  await expect(home.getByRole("heading", { name: /crawl-and-download/ })).toContainText("succeeded");
  await expect(home).toHaveTitle("crawl-and-download · succeeded · Runs · Ultravisor");
  await home.getByRole("link", { name: /^Files/ }).click();
  for (const file of ["cron-examples.csv", "example-tasks.zip", "ultravisor-cheat-sheet.pdf"]) {
    await expect(home.getByRole("link", { name: file, exact: true })).toBeVisible();
  }
  await home.getByRole("link", { name: /^Records/ }).click();
  await expect(home.getByRole("link", { name: /\/docs\/triggers/ }).first()).toBeVisible();
});

test("A file of the crawl downloads under its name", async ({ home }) => {
  await home
    .getByRole("list", { name: "Runs" })
    .getByRole("link", { name: /crawl-and-download/ })
    .last()
    .click();
  await home.getByRole("link", { name: /^Files/ }).click();
  const download = home.waitForEvent("download");
  await home.getByRole("link", { name: "cron-examples.csv", exact: true }).click();
  expect((await download).suggestedFilename()).toBe("cron-examples.csv");
});
