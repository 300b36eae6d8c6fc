import { expect, test } from "./fixtures.ts";

test("The printed link signs the browser in and shows the runs", async ({ page, server }) => {
  await page.goto(server.link);
  await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/runs`);
  await expect(page.getByText("Live", { exact: false }).first()).toBeVisible();
});

test.describe("A browser that is not signed in", () => {
  test.use({ expectedComplaints: [/status of 401/] });

  test("sees the sign-in page, and after the token the address it wanted", async ({ page, server }) => {
    await page.goto("/tasks");
    await page.getByLabel("Token").fill(server.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Tasks", exact: true })).toBeVisible();
  });

  test("is led to the sign-in page when its session ends while it looks at a screen", async ({ home, context }) => {
    await context.clearCookies();
    await home.getByRole("link", { name: "Data" }).click();
    await expect(home.getByLabel("Token")).toBeVisible();
    await expect(home).toHaveURL(/\/sign-in\?next=/);
  });
});
