import { expect, test } from "./fixtures.ts";

const SCREENS = [
  "/runs",
  "/tasks",
  "/tasks/crawl-and-download",
  "/tasks/nightly",
  "/schedule",
  "/data",
  "/data/pages",
  "/state",
  "/approvals",
  "/sessions",
];

for (const [width, colorScheme] of [
  [375, "light"],
  [375, "dark"],
  [1440, "light"],
  [1440, "dark"],
] as const) {
  test.describe(`At ${width} pixels, ${colorScheme}`, () => {
    test.use({ viewport: { width, height: 800 }, colorScheme });

    test("every screen fits its width and raises no complaint", async ({ home }) => {
      for (const screen of SCREENS) {
        await home.goto(screen);
        await expect(home.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(home.getByRole("status").filter({ hasText: "Loading" })).toHaveCount(0);
        const beyond = await home.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(beyond, `${screen} is wider than the window`).toBeLessThanOrEqual(0);
      }
    });
  });
}

test("Problems of task files stand on the Tasks screen with place, message and mend", async ({ home }) => {
  await home.goto("/tasks");
  const problems = home.getByRole("region", { name: "Problems of task files" });
  await expect(problems).toContainText("broken.yaml:3");
  await expect(problems).toContainText("cron");
});

test("The schedule pauses, resumes and starts a task", async ({ home }) => {
  await home.goto("/schedule");
  const row = home.getByRole("row", { name: /nightly/ });
  await row.getByRole("button", { name: "Pause" }).click();
  await expect(row.getByText("paused")).toBeVisible();
  await row.getByRole("button", { name: "Resume" }).click();
  await expect(row.getByText("paused")).toBeHidden();
  await row.getByRole("button", { name: "Run now" }).click();
  await expect(home.getByRole("heading", { name: /^nightly/ })).toContainText("succeeded", { timeout: 45_000 });
});

test("State is added, edited and deleted", async ({ home }) => {
  await home.goto("/state");
  await home.getByRole("button", { name: "Add a key" }).click();
  await home.getByLabel("Key", { exact: true }).fill("a/test key");
  await home.getByLabel("Value", { exact: true }).fill('{ "seen": 1 }');
  await home.getByRole("button", { name: "Save" }).click();
  const entries = home.getByRole("list", { name: "Global state" });
  await expect(entries).toContainText('{"seen":1}');

  await home.getByRole("button", { name: "Edit a/test key" }).click();
  await home.getByLabel("Value", { exact: true }).fill("42");
  await home.getByRole("button", { name: "Save" }).click();
  await expect(entries).toContainText("version 2");

  await home.getByRole("button", { name: "Edit a/test key" }).click();
  await home.getByRole("button", { name: "Delete" }).click();
  await home.getByRole("button", { name: "Delete a/test key?" }).click();
  await expect(home.getByText("a/test key")).toBeHidden();
});

test("The colours follow the button and are remembered", async ({ home }) => {
  const canvas = () => home.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await home.getByRole("button", { name: /Switch to light/ }).click();
  await home.getByRole("button", { name: /Switch to dark/ }).click();
  expect(await canvas()).toBe("dark");
  await home.reload();
  expect(await canvas()).toBe("dark");
});

test("Warnings of the server stand on every screen until folded into a badge", async ({ home, request, server }) => {
  const { warnings } = await (await request.get(`${server.url}/api/health`)).json();
  expect(warnings.length).toBeGreaterThan(0);
  await expect(home.getByRole("note")).toContainText(warnings[0]);
  await home.getByRole("button", { name: "Fold warnings into a badge" }).click();
  await expect(home.getByRole("button", { name: /warning/ })).toBeVisible();
});

test.describe("The queue board", () => {
  // Its page asks for web fonts, which the content security policy refuses.
  test.use({ expectedComplaints: [/fonts\.googleapis\.com/] });

  test("loads and shows the queue of each kind of task", async ({ home }) => {
    await home.getByRole("link", { name: "Queues" }).click();
    for (const kind of ["shell", "browser", "code"]) {
      await expect(home.getByText(kind, { exact: true }).first()).toBeVisible();
    }
  });
});

test("The documentation loads", async ({ home }) => {
  await home.goto("/docs");
  await expect(home.getByRole("heading", { level: 1 })).toBeVisible();
});
