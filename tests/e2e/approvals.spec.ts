import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/** Starts the operation that asks, as a program would. */
async function askFor(page: Page, version: string): Promise<string> {
  const answer = await page.request.post("/api/runs", { data: { task: "ask", input: { version } }, headers: SAME });
  return ((await answer.json()) as { id: string }).id;
}
const SAME = { "sec-fetch-site": "same-origin", "x-ultravisor": "1" };

test("What waits for a person appears without a reload, is counted in the navigation, and can be answered", async ({
  home,
}) => {
  await home.getByRole("link", { name: "Approvals" }).click();
  await expect(home.getByText("Nothing waits for you")).toBeVisible();
  const first = await askFor(home, "1.0");
  const second = await askFor(home, "2.0");

  const question = home.getByRole("form", { name: "Question of ask" });
  await expect(question).toHaveCount(2);
  await expect(home.getByRole("link", { name: "Approvals 2" })).toBeVisible();
  const yes = question.filter({ hasText: "Publish 1.0?" });
  await yes.getByLabel("copies").fill("3");
  await yes.getByLabel("Comment").fill("looks good");
  await yes.getByRole("button", { name: "Approve" }).click();
  await expect(question).toHaveCount(1);

  await question.getByRole("button", { name: "Reject" }).click();
  await expect(home.getByText("Nothing waits for you")).toBeVisible();
  await home.goto(`/runs/${first}`);
  await expect(home.getByRole("heading", { level: 1 })).toContainText("succeeded");
  await expect(home.getByRole("region", { name: "Log lines" })).toContainText("3 copies");
  await home.goto(`/runs/${second}`);
  await expect(home.getByRole("heading", { level: 1 })).toContainText("failed");
});

test.describe("A question", () => {
  test.use({ expectedComplaints: [/status of 422/] });

  test("that somebody else answers goes away by itself, and a wrong value is told at its field", async ({ home }) => {
    await askFor(home, "3.0");
    await home.goto("/approvals");
    const question = home.getByRole("form", { name: "Question of ask" });
    await question.getByLabel("copies").fill("many");
    await question.getByRole("button", { name: "Approve" }).click();
    await expect(question.getByText(/expected number|expected int/i).first()).toBeVisible();

    const { items } = await (await home.request.get("/api/approvals")).json();
    await home.request.post(`/api/approvals/${items[0].id}/reject`, { data: {}, headers: SAME });
    await expect(home.getByText("Nothing waits for you")).toBeVisible();
  });
});
