import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./fixtures.ts";

const SECRET = "5ecret-of-ada";
let shop: Server;

test.beforeAll(async () => {
  shop = createServer((_request, response) => {
    const cookie = `sid=${SECRET}; Path=/; Max-Age=3600`;
    response.writeHead(200, { "content-type": "text/html", "set-cookie": cookie }).end("<title>Shop</title>");
  });
  await new Promise<void>((done) => shop.listen(0, "127.0.0.1", done));
});
test.afterAll(() => void shop.close());

test("Saved sessions are listed with their hosts, never with what they hold, and can be deleted", async ({ home }) => {
  await home.getByRole("link", { name: "Sessions" }).click();
  await expect(home.getByText("No saved sessions")).toBeVisible();
  await home.goto("/tasks/shop");
  await home.getByLabel("url").fill(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
  await home.getByRole("button", { name: "Start" }).click();
  await expect(home.getByRole("heading", { name: /^shop/ })).toContainText("succeeded", { timeout: 45_000 });

  await home.getByRole("link", { name: "Sessions" }).click();
  const sessions = home.getByRole("list", { name: "Saved sessions" });
  await expect(sessions).toContainText("shop-ada");
  await expect(sessions).toContainText("127.0.0.1");
  expect(await home.content()).not.toContain(SECRET);

  await sessions.getByRole("button", { name: "Delete" }).click();
  await sessions.getByRole("button", { name: "Delete shop-ada?" }).click();
  await expect(home.getByText("No saved sessions")).toBeVisible();
});
