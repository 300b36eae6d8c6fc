/** Pages that want more than to be read: workers that answer for their site, permissions, prompts. Each visit ends, and leaves nothing behind. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Document } from "../../../../apps/sdk/context.ts";
import type { BrowsingSession, BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { type Started, start } from "../start.ts";

let started: Started;

beforeAll(async () => {
  started = await start();
});

afterAll(() => started.close());

async function inSession<T>(
  use: (session: BrowsingSession) => Promise<T>,
  options: Partial<BrowsingSessionOptions> = {},
) {
  const session = await started.open({ render: "always", ...options });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const visited = (path: string): Promise<Document> =>
  inSession((session) => session.fixtures.visit(started.site.url + path));

describe("a service worker", () => {
  const FRAME = "document.body.append(Object.assign(document.createElement('iframe'), { id: 'f' }))";
  test.each([
    ["plainly", "navigator.serviceWorker.register('/worker.js')"],
    ["by the prototype", "ServiceWorkerContainer.prototype.register.call(navigator.serviceWorker, '/worker.js')"],
    [
      "by the prototype of a frame",
      `${FRAME}, f.contentWindow.ServiceWorkerContainer.prototype.register.call(navigator.serviceWorker, '/worker.js')`,
    ],
    ["in a frame", `${FRAME}, f.contentWindow.navigator.serviceWorker.register('/worker.js')`],
  ])("that is registered %s answers nobody", async (_how, register) => {
    const { site } = started;
    const answer = "new Response('<title>Worker</title>Mine', { headers: { 'content-type': 'text/html' } })";
    site.route("/worker.js", (_request, response) =>
      response
        .writeHead(200, { "content-type": "text/javascript" })
        .end(`oninstall = () => skipWaiting(); onfetch = (e) => e.respondWith(${answer});`),
    );
    const ready = "Promise.race([navigator.serviceWorker.ready, new Promise((done) => setTimeout(done, 300))])";
    const script = `${register}; ${ready}.then(() => document.body.append("ready"))`;
    site.route("/worker", `<title>Site</title><body><a href="/docs/">docs</a><script>${script}</script>`);
    const facts = (page: Document) => ({ title: page.title, links: page.links() });
    const expected = { title: "Site", links: [`${site.url}/docs/`] };
    await inSession(async ({ fixtures }) => {
      expect(facts(await fixtures.visit(`${site.url}/worker`))).toEqual(expected);
      expect(facts(await fixtures.visit(`${site.url}/worker`))).toEqual(expected);
    });
    expect(facts(await visited("/worker"))).toEqual(expected);
    expect((await visited("/docs/")).title).toBe("Manual");
  });
});

describe("a page that asks its visitor for something", () => {
  test.each([
    ["to read the clipboard", "navigator.clipboard.readText()"],
    ["to fill the clipboard", "navigator.clipboard.writeText('x'.repeat(1e8))"],
    ["where it is", "new Promise((done) => navigator.geolocation.getCurrentPosition(done, done))"],
    ["to be told of news", "Notification.requestPermission()"],
    ["for camera and microphone", "navigator.mediaDevices.getUserMedia({ audio: true, video: true })"],
    ["to keep things for ever", "navigator.storage.persist()"],
    ["for a file", "Promise.resolve(document.querySelector('input').click())"],
    ["for a folder", "showDirectoryPicker()"],
    ["to print it", "Promise.resolve(print())"],
    ["for a device", "navigator.usb.requestDevice({ filters: [] })"],
    ["for a passkey", "navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32) } })"],
    ["for the whole screen", "document.documentElement.requestFullscreen()"],
    ["to share it", "navigator.share({ title: 'x' })"],
    [
      "to stay",
      "Promise.resolve(addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'Stay!' }))",
    ],
    ["to open another program", "Promise.resolve(void (location.href = 'mailto:ada@example.com'))"],
    ["to take a file", "Promise.resolve(void (location.href = '/docs/files/manual.pdf'))"],
    ["to go nowhere", "Promise.resolve(void (location.href = '/no-content'))"],
  ])("%s is read all the same, and so is the next", async (_what, ask) => {
    const answered = "(text) => document.body.append(String(text))";
    started.site.route("/no-content", (_request, response) => void response.writeHead(204).end());
    started.site.route(
      "/asking",
      `<title>Asking</title><input type="file"><script>${ask}.then(() => "granted", (e) => e.name).then(${answered})</script>`,
    );
    await inSession(async ({ fixtures }) => {
      expect((await fixtures.visit(`${started.site.url}/asking`)).title).toBe("Asking");
      expect((await fixtures.visit(started.site.documentation.start)).title).toBe("Manual");
    });
  });

  test("for a password by HTTP is told as its status", async () => {
    started.site.route("/locked", (_request, response) =>
      response.writeHead(401, { "www-authenticate": 'Basic realm="Members"' }).end("No"),
    );
    await expect(visited("/locked")).rejects.toMatchObject({ code: "http_status", status: 401 });
  });
});

describe("a page that makes history without end", () => {
  test("is read all the same", async () => {
    const push = "setInterval(() => history.pushState({}, '', '?' + Math.random()), 1)";
    started.site.route("/pushing", `<title>Pushing</title><script>${push}</script>`);
    expect((await visited("/pushing")).title).toBe("Pushing");
    expect((await visited("/docs/")).title).toBe("Manual");
  });
});
