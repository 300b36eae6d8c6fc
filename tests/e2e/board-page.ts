/** Operating a page of bull-board: the queue's menu, the buttons of a job, the question before each. */
import { expect, type Page } from "@playwright/test";

/** Chooses from the queue's menu, and confirms. */
export async function choose(page: Page, item: string): Promise<void> {
  await open(page, item);
  await confirm(page);
}

/** Opens what the queue's menu offers, once the page shows one queue: the overview has a menu for each. */
export async function open(page: Page, item: string): Promise<void> {
  const menu = page.getByRole("main").locator("button[aria-haspopup=menu]");
  await expect(menu).toHaveCount(1);
  await menu.click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Presses a button of the first job. It has no name but its tooltip. */
export async function act(page: Page, action: string): Promise<void> {
  const buttons = page.getByRole("main").locator("[data-base-ui-tooltip-trigger]:has(button)");
  await expect(buttons.first()).toBeVisible();
  const tooltip = page.locator("[data-side][data-open]:not(:has([data-side]))");
  for (const button of await buttons.all()) {
    await page.mouse.move(0, 0);
    await expect(tooltip).toHaveCount(0);
    await button.hover();
    if ((await tooltip.innerText()) === action) return button.click();
  }
  throw new Error(`expected the first job to have a button ${action}`);
}

/** Says yes to the board's question. */
export async function confirm(page: Page): Promise<void> {
  await page.getByRole("alertdialog").getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
}

/** Saves what a dialog asks for, and waits for it to go: what is opened before that is closed with it. */
export async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
}
