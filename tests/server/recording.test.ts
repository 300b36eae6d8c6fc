/** A scripted task is recorded, and its recording is a task that does the same. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, startServer } from "../support/server.ts";
import { startSite } from "../support/site.ts";

test("What a script did on its page is a file of its run, and in the tasks folder a task with the same result", async () => {
  const site = await startSite();
  onTestFinished(() => site.close());
  site.route(
    "/sign-in",
    '<form action="/in"><label>User <input name="user"></label><label>Password <input type="password" name="password"></label><button>Sign in</button></form>',
  );
  site.route("/in", (_request, response, url) => {
    const isAda = url.searchParams.get("user") === "ada" && url.searchParams.get("password") === "pass word";
    response.writeHead(isAda ? 200 : 403, { "content-type": "text/html" });
    response.end(
      `<title>${isAda ? "Welcome" : "No"}</title><button onclick="document.title += ', again'">Again</button>`,
    );
  });
  const tasks = makeFolder();
  const text = `import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ url: z.url(), user: z.string(), password: z.string() }),
  record: true,
  async run({ input, page }) {
    await page.goto(input.url);
    await page.getByLabel("User").fill(input.user);
    await page.getByLabel("Password").fill(input.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Again" }).click();
    return { title: await page.title() };
  },
});`;
  writeFileSync(join(tasks, "enter.ts"), text);
  const server = await startServer({ tasks });
  const input = { url: `${site.url}/sign-in`, user: "ada", password: "pass word" };
  const run = async (task: string): Promise<{ id: string; output: unknown }> => {
    const { id } = await server.post<{ id: string }>("/runs", { task, input });
    expect(await server.finished(id)).toMatchObject({ state: "succeeded" });
    const { items } = await server.get<{ items: { output: unknown }[] }>(`/runs/${id}/tasks`);
    return { id, output: items[0]?.output };
  };
  const first = await run("enter");
  expect(first.output).toEqual({ title: "Welcome, again" });
  const { items } = await server.get<{ items: { name: string; sha256: string }[] }>(`/runs/${first.id}/files`);
  const file = items.find(({ name }) => name === "recording.json");
  const hash = file?.sha256 ?? "";
  copyFileSync(join(server.data, "files", hash.slice(0, 2), hash), join(tasks, "replayed.json"));
  await expect.poll(() => server.get("/tasks/replayed").catch(() => null), { timeout: 20_000 }).not.toBeNull();
  expect((await run("replayed")).output).toMatchObject({ title: "Welcome, again" });
}, 60_000);
