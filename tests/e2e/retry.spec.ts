import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

async function start(page: Page, word: string, end: string): Promise<void> {
  await page.goto("/tasks/steps");
  await page.getByLabel("word").fill(word);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("heading", { name: /^steps/ })).toContainText(end, { timeout: 45_000 });
}

const attemptsOf = async (page: Page): Promise<Record<string, number>> => {
  const { items } = await (await page.request.get(`/api/runs/${page.url().split("/").at(-1)}/tasks`)).json();
  return Object.fromEntries(items.map((item: { task: string; attempt: number }) => [item.task, item.attempt]));
};

test("A failed run is retried with other input, and does again only what did not succeed", async ({ home }) => {
  await start(home, "wrong", "failed");
  await home.getByRole("button", { name: "Retry from…" }).click();
  const form = home.getByRole("region", { name: "Retry" });
  await form.getByLabel("With other input").check();
  await expect(form.getByLabel("word")).toHaveValue("wrong");
  await form.getByLabel("word").fill("right");
  await form.getByRole("button", { name: "Retry" }).click();
  await expect(home.getByRole("heading", { name: /^steps/ })).toContainText("succeeded", { timeout: 45_000 });
  await expect(form).toBeHidden();
  await expect(home.getByRole("region", { name: "Log lines" })).toContainText("the word is right");
  expect(await attemptsOf(home)).toEqual({ first: 1, second: 2, third: 1 });
});

test("A run that succeeded is retried from a chosen task, with all behind it", async ({ home }) => {
  await start(home, "right", "succeeded");
  await home.getByRole("button", { name: "Retry from…" }).click();
  const form = home.getByRole("region", { name: "Retry" });
  await form.getByLabel("From").selectOption("second");
  await expect(form).toContainText("second, third.");
  await form.getByRole("button", { name: "Retry" }).click();
  await expect(form).toBeHidden();
  await expect.poll(() => attemptsOf(home)).toEqual({ first: 1, second: 2, third: 2 });
});

test("A run that succeeded although a subtask failed says so, and has what failed done again", async ({ home }) => {
  await home.goto("/tasks/forgiving");
  await home.getByRole("button", { name: "Start" }).click();
  const title = home.getByRole("heading", { name: /^forgiving/ });
  await expect(title).toContainText("succeeded", { timeout: 45_000 });
  await expect(home.getByText("5 task runs: 4 succeeded, 1 failed (tolerated)")).toBeVisible();
  await expect(home.getByRole("region", { name: "Task runs" })).toContainText("4 · 1 failed (tolerated)");
  await home.getByRole("button", { name: "Retry what failed", exact: true }).click();
  await expect(home.getByText("5 task runs: 5 succeeded")).toBeVisible({ timeout: 45_000 });
  await expect(home.getByRole("button", { name: "Retry what failed" })).toHaveCount(0);
});

test.describe("Input that the task does not take", () => {
  test.use({ expectedComplaints: [/status of 422/] });

  test("is refused at its field, and nothing is retried", async ({ home }) => {
    await start(home, "right", "succeeded");
    await home.getByRole("button", { name: "Retry from…" }).click();
    const form = home.getByRole("region", { name: "Retry" });
    await form.getByLabel("With other input").check();
    await form.getByLabel("word").fill("");
    await form.getByRole("button", { name: "Retry" }).click();
    await expect(form.locator(".field-error").first()).toBeVisible();
    expect(await attemptsOf(home)).toEqual({ first: 1, second: 1, third: 1 });
  });
});
