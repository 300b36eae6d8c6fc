import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "./fixtures.ts";

test("A task starts from its form, and its log is seen while it is written", async ({ home, server }) => {
  const gate = join(server.folder, "gate-of-the-log");
  await home.getByRole("link", { name: "Tasks", exact: true }).click();
  await home.getByRole("link", { name: "Start gate" }).click();
  await home.getByLabel("gate", { exact: false }).first().fill(gate);
  await home.getByLabel("greeting").fill("good evening");
  await home.getByRole("button", { name: "Start" }).click();

  await expect(home.getByRole("heading", { name: /^gate/ })).toContainText("running");
  const log = home.getByRole("region", { name: "Log lines" });
  await expect(log.getByText("good evening from the gate")).toBeVisible();
  await expect(log.locator("[data-stream=stderr]")).toContainText("this is the other stream");

  await writeFile(gate, "");
  await expect(log.getByText("through the gate")).toBeVisible();
  await expect(home.getByRole("heading", { name: /^gate/ })).toContainText("succeeded");

  await home.getByLabel("Search the log").fill("EVENING");
  await expect(log.locator("mark")).toHaveText("evening");
  await expect(log.getByText("through the gate")).toBeHidden();
});

test("A running run is cancelled after a second press", async ({ home, server }) => {
  await home.goto("/tasks/gate");
  await home.getByLabel("gate", { exact: false }).first().fill(join(server.folder, "never"));
  await home.getByRole("button", { name: "Start" }).click();
  await expect(home.getByRole("region", { name: "Log lines" }).getByText("hello from the gate")).toBeVisible();
  await home.getByRole("button", { name: "Cancel", exact: true }).click();
  await home.getByRole("button", { name: "Cancel this run?" }).click();
  await expect(home.getByRole("heading", { name: /^gate/ })).toContainText("cancelled");
});

test("Run again begins with the input of the earlier run", async ({ home, server }) => {
  const gate = join(server.folder, "gate-of-the-second-run");
  await writeFile(gate, "");
  await home.goto("/tasks/gate");
  await home.getByLabel("gate", { exact: false }).first().fill(gate);
  await home.getByLabel("greeting").fill("once more");
  await home.getByRole("button", { name: "Start" }).click();
  await expect(home.getByRole("heading", { name: /^gate/ })).toContainText("succeeded");
  await home.getByRole("link", { name: "Run again" }).click();
  await expect(home.getByLabel("greeting")).toHaveValue("once more");
});

test.describe("Input that does not fit", () => {
  test.use({ expectedComplaints: [/status of 422/] });

  test("is told at the field it concerns, and starts nothing", async ({ home }) => {
    await home.goto("/tasks/crawl-and-download");
    await home.getByLabel("url").fill("not an address");
    await home.getByLabel("depth").fill("deep");
    await home.getByRole("button", { name: "Start" }).click();
    for (const field of ["url", "depth"]) {
      const input = home.getByLabel(field);
      await expect(input).toHaveAttribute("aria-invalid", "true");
      await expect(input).toHaveAccessibleDescription(/./);
    }
    await expect(home.getByLabel("files")).toHaveAttribute("aria-invalid", "false");
    await expect(home).toHaveURL(/\/tasks\/crawl-and-download$/);
  });

  test("is told as well when it was typed as JSON", async ({ home }) => {
    await home.goto("/tasks/crawl-and-download");
    await home.getByRole("button", { name: "Edit as JSON" }).click();
    await home.getByLabel("Input as JSON").fill('{ "url": 42 }');
    await home.getByRole("button", { name: "Start" }).click();
    await expect(home.getByRole("alert")).toContainText("invalid_input");
    await expect(home.getByText("input.url", { exact: true })).toBeVisible();
    await home.getByLabel("Input as JSON").fill("{ oops");
    await home.getByRole("button", { name: "Start" }).click();
    await expect(home.getByRole("alert")).toContainText("Expected a JSON object");
  });
});
