import { expect, test } from "./fixtures.ts";
import { MARKUP } from "./task-files.ts";

test("Markup and script addresses in data are shown as text, everywhere", async ({ home }) => {
  await home.goto("/tasks/hostile");
  await expect(home.getByText(MARKUP).first()).toBeVisible();
  await home.getByRole("button", { name: "Start" }).click();
  await expect(home.getByRole("heading", { name: /^hostile/ })).toContainText("succeeded");
  await expect(home.getByRole("region", { name: "Log lines" })).toContainText(MARKUP);

  await home.getByRole("link", { name: /^Records/ }).click();
  await expect(home.getByRole("cell", { name: "javascript:alert(3)" })).toBeVisible();
  await expect(home.getByRole("cell", { name: MARKUP, exact: true })).toBeVisible();
  await home.getByRole("link", { name: /^Files/ }).click();
  await expect(home.getByRole("link", { name: "page.html" })).toBeVisible();
  await home.getByRole("link", { name: "Details", exact: true }).click();
  await expect(home.getByRole("region", { name: "Run", exact: true })).toContainText("<script>");
  await home.goto("/state");
  await expect(home.getByText("hostile <b>key</b>")).toBeVisible();
});

test("Only plain web addresses in data become links, and those are not trusted", async ({ home }) => {
  await home.goto("/tasks/hostile");
  await home.getByRole("button", { name: "Start" }).click();
  await expect(home.getByRole("heading", { name: /^hostile/ })).toContainText("succeeded");
  await home.goto("/data/hostile");
  const good = home.getByRole("link", { name: "https://example.com/?a=1" }).first();
  await expect(good).toHaveAttribute("rel", "noopener noreferrer nofollow");
  expect(await home.locator("a[href^='javascript:' i]").count()).toBe(0);
});
