import { describe, expect, onTestFinished, test } from "vitest";
import type { Outcome } from "../../../apps/server/core/execution.ts";
import { LockedError, type SessionState } from "../../../apps/server/core/saved-session.ts";
import { startSite } from "../../support/site.ts";
import { type Lab, lab, type StartOptions } from "./runners.ts";

const SECRET = "5ecret-of-ada";

/** A shop that signs in by a cookie, and by what its script keeps. */
async function shop() {
  const site = await startSite();
  onTestFinished(() => site.close());
  site.route("/in", (_request, response) => {
    const cookie = `sid=${SECRET}; HttpOnly; Path=/; Max-Age=3600`;
    response.writeHead(200, { "content-type": "text/html", "set-cookie": cookie }).end(`<title>Welcome</title><script>
      localStorage.setItem("token", "${SECRET}");
      const opening = indexedDB.open("keys", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("of").put("${SECRET}", "ada");
      opening.onsuccess = () => { document.title = "Kept"; };
    </script>`);
  });
  site.route("/account", (request, response) => {
    const who = request.headers.cookie?.includes(SECRET) ? "Ada" : "nobody";
    response.writeHead(200, { "content-type": "text/html" }).end(`<title>${who}</title>`);
  });
  return site;
}

const IN = `await page.goto(input.url + "/in"); await page.waitForFunction(() => document.title === "Kept");`;
const ACCOUNT = `await page.goto(input.url + "/account");
  const kept = await page.evaluate(() => new Promise((resolve) => {
    const opening = indexedDB.open("keys", 1);
    opening.onsuccess = () => {
      const asking = opening.result.transaction("of").objectStore("of").get("ada");
      asking.onsuccess = () => resolve([localStorage.getItem("token"), asking.result]);
    };
  }));
  return [await page.title(), ...kept];`;

async function attempt(made: Lab, url: string, names: string, run: string, options: StartOptions = {}) {
  const text = `import { browser } from "ultravisor";\nexport default browser({ session: "shop", async run({ input, ${names} }) { ${run} } });\n`;
  const spec = await made.task(text, { kind: "browser", fixtures: ["input", names], session: "shop" });
  const { outcome, lines } = made.start(spec, { ...options, assignment: { input: { url } } });
  return { outcome: await outcome, lines };
}

function savedBy(outcome: Outcome): SessionState {
  if (outcome.type !== "succeeded" || !outcome.session)
    throw new Error(`nothing was saved: ${JSON.stringify(outcome)}`);
  return outcome.session;
}

describe("A task with a session", () => {
  test("finds in Chromium and over HTTP what an attempt before it left: cookies, local storage and IndexedDB", async () => {
    const [made, { url }] = [await lab(), await shop()];
    const session = savedBy((await attempt(made, url, "page", IN)).outcome);
    const again = await attempt(made, url, "page", ACCOUNT, { session });
    expect(again.outcome).toMatchObject({ output: ["Ada", SECRET, SECRET] });
    const over = `return (await visit(input.url + "/account", { render: "never" })).title;`;
    expect((await attempt(made, url, "visit", over, { session })).outcome).toMatchObject({ output: "Ada" });
    expect((await attempt(made, url, "visit", over)).outcome).toMatchObject({ output: "nobody" });
  });

  test("saves the cookies of visits over HTTP and keeps the storage, and saves nothing when nothing changed", async () => {
    const [made, { url }] = [await lab(), await shop()];
    const visit = (path: string) => `return (await visit(input.url + "${path}", { render: "never" })).title;`;
    const origins = [{ origin: url, localStorage: [{ name: "a", value: "b" }] }];
    const first = await attempt(made, url, "visit", visit("/in"), { session: { cookies: [], origins } });
    const session = savedBy(first.outcome);
    expect(session).toMatchObject({
      cookies: [{ name: "sid", value: SECRET, domain: "127.0.0.1", httpOnly: true }],
      origins,
    });
    const second = await attempt(made, url, "visit", visit("/account"), { session });
    expect(second.outcome).toMatchObject({ type: "succeeded", output: "Ada" });
    expect(second.outcome).not.toHaveProperty("session");
  });

  test("that fails saves nothing, and leaves a screenshot but no trace, which would hold the cookies", async () => {
    const [made, { url }] = [await lab(), await shop()];
    const { outcome, lines } = await attempt(made, url, "page", `${IN} throw new Error("no");`);
    expect(outcome).toMatchObject({ type: "failed", files: [{ role: "screenshot" }] });
    expect(outcome).not.toHaveProperty("session");
    expect(JSON.stringify([outcome, lines])).not.toContain(SECRET);
  });

  test("that cannot be opened fails for good, saying what to do", async () => {
    const made = await lab();
    const session = new LockedError("The saved session cannot be opened: bring the key back.");
    const { outcome } = await attempt(made, "http://x.example", "visit", "", { session });
    expect(outcome).toMatchObject({
      type: "failed",
      retryable: false,
      error: { code: "session_locked", message: session.message },
    });
  });
});
