import { expect, test } from "./fixtures.ts";

for (const width of [375, 1440]) {
  test.describe(`At ${width} pixels, the flow of an operation`, () => {
    test.use({ viewport: { width, height: 800 } });

    test("is drawn with the state of each task, and leads to its task runs", async ({ home }) => {
      await home.goto("/tasks/steps");
      await home.getByLabel("word").fill("wrong");
      await home.getByRole("button", { name: "Start" }).click();
      await expect(home.getByRole("heading", { name: /^steps/ })).toContainText("failed", { timeout: 45_000 });
      const flow = home.getByRole("region", { name: "Flow" });
      await expect(flow.getByRole("link")).toHaveText(["succeededfirst", "failedsecond", "skippedthird"]);
      const [first, third] = await Promise.all(
        ["first", "third"].map((name) => flow.getByTitle(name, { exact: true }).boundingBox()),
      );
      expect((third?.x ?? 0) + (third?.width ?? 0)).toBeLessThanOrEqual(width);
      expect(width < 860 ? (third?.y ?? 0) > (first?.y ?? 0) : (third?.x ?? 0) > (first?.x ?? 0)).toBe(true);

      await flow.getByTitle("second", { exact: true }).click();
      await expect(home.getByRole("region", { name: "Selected task run" })).toContainText("exit code 1");
    });
  });
}
