import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

async function startFamily(page: Page): Promise<void> {
  await page.goto("/tasks/family");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("heading", { name: /^family/ })).toContainText("failed", { timeout: 45_000 });
}

test("The task tree shows subtasks below the task run that started them, a page at a time", async ({ home }) => {
  await startFamily(home);
  const tree = home.getByRole("region", { name: "Task runs" });
  await expect(tree.getByRole("link", { name: /child 1\b/ })).toBeVisible();
  await expect(tree.getByRole("link", { name: /child \d+/ })).toHaveCount(100);
  await tree.getByRole("button", { name: "Load more task runs" }).click();
  await expect(tree.getByRole("link", { name: /child \d+/ })).toHaveCount(150);

  await tree.getByRole("button", { name: "Subtasks of family" }).click();
  await expect(tree.getByRole("link", { name: /child 1\b/ })).toBeHidden();
});

test("Choosing a state shows the task runs in it, and one of them tells its input and its error", async ({ home }) => {
  await startFamily(home);
  const tree = home.getByRole("region", { name: "Task runs" });
  await tree.getByRole("link", { name: /^\d+ failed$/ }).click();
  await tree.getByRole("link", { name: /child 7\b/ }).click();

  const panel = home.getByRole("region", { name: "Selected task run" });
  await expect(panel).toContainText("the seventh child always fails");
  await expect(panel).toContainText('"child": 7');
  await panel.getByRole("link", { name: "Whole run" }).click();
  await expect(home.getByRole("region", { name: "Log lines" })).toContainText("starting the children");
});

test("Arrow keys move through the tree", async ({ home }) => {
  await startFamily(home);
  const tree = home.getByRole("region", { name: "Task runs" });
  const root = tree.locator(".tree-link").first();
  await root.focus();
  await home.keyboard.press("ArrowDown");
  await expect(tree.locator(".tree-link").nth(1)).toBeFocused();
  await home.keyboard.press("ArrowUp");
  await home.keyboard.press("ArrowLeft");
  await expect(tree.getByRole("button", { name: "Subtasks of family" })).toHaveAttribute("aria-expanded", "false");
});

test("A run can be found by state and by task, and the address remembers it", async ({ home }) => {
  await startFamily(home);
  await home.goto("/runs");
  await home.getByRole("navigation", { name: "Filter by state" }).getByRole("link", { name: "Failed" }).click();
  await home.getByLabel("Filter by task").selectOption("family");
  await expect(home).toHaveURL(/state=failed.*name=family|name=family.*state=failed/);
  await home.reload();
  await expect(
    home
      .getByRole("list", { name: "Runs" })
      .getByRole("link", { name: /family/ })
      .first(),
  ).toBeVisible();
  await home.getByRole("navigation", { name: "Filter by state" }).getByRole("link", { name: "Succeeded" }).click();
  await expect(home.getByText("No run matches")).toBeVisible();
});
