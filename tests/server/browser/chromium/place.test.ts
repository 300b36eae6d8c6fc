import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { type Handler, html, startSite } from "../../../support/site.ts";
import { contents, type Started, start } from "../start.ts";

let started: Started;

/** Sets or tells whatever a page can keep in its browser. */
const KEEPER = `<!doctype html><title>Keeper</title><p id="kept"></p><script>
  const opened = indexedDB.open("kept", 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore("things");
  opened.onsuccess = () => {
    const store = opened.result.transaction("things", "readwrite").objectStore("things");
    const count = store.count();
    count.onsuccess = () => {
      const kept = [localStorage.length, sessionStorage.length, count.result, window.name, document.cookie];
      document.getElementById("kept").textContent = JSON.stringify(kept);
      if (location.search !== "?leave") return;
      store.put(1, "thing");
      localStorage.thing = sessionStorage.thing = window.name = "thing";
      document.cookie = "thing=1";
    };
  };
</script>`;

beforeAll(async () => {
  started = await start();
  started.site.route("/keeper", KEEPER);
});

afterAll(() => started.close());

async function visited(path: string, options: Partial<BrowsingSessionOptions> = {}): Promise<string> {
  const session = await started.open({ render: "always", ...options });
  try {
    return (await session.fixtures.visit(started.site.url + path)).text;
  } finally {
    await session.close();
  }
}

const cached =
  (type: string, body: string): Handler =>
  (_request, response) =>
    void response.writeHead(200, { "content-type": type, "cache-control": "max-age=3600" }).end(body);

describe("a place in Chromium", () => {
  beforeEach(() => {
    started.site.route("/with-style", '<link rel="stylesheet" href="/style.css"><p>Styled</p>');
    started.site.route("/style.css", cached("text/css", "p { color: green }"));
  });

  test("keeps its HTTP cache for the next session", async () => {
    await visited("/with-style");
    const before = started.site.count("/style.css");
    await visited("/with-style");
    await visited("/with-style");
    expect(started.site.count("/style.css")).toBe(before);
  });

  test("forgets what the session before left in it: cookies, storage, databases, and the name of the window", async () => {
    const nothing = JSON.stringify([0, 0, 0, "", ""]);
    expect(await visited("/keeper?leave")).toBe(nothing);
    expect(await visited("/keeper")).toBe(nothing);
  });

  test("forgets it also where a session was at several sites", async () => {
    const other = await startSite();
    other.route("/keeper", KEEPER);
    const nothing = JSON.stringify([0, 0, 0, "", ""]);
    const session = await started.open({ render: "always" });
    for (const site of [other, started.site]) await session.fixtures.visit(`${site.url}/keeper?leave`);
    await session.close();
    const next = await started.open({ render: "always" });
    for (const site of [started.site, other])
      expect((await next.fixtures.visit(`${site.url}/keeper`)).text).toBe(nothing);
    await next.close();
    await other.close();
  });

  test("forgets what a frame of another site left inside of a page", async () => {
    const other = await startSite();
    other.route("/framed", KEEPER.replace(/store\.put/, "parent.postMessage(JSON.stringify(kept), '*'); store.put"));
    const framed = other.url.replace("127.0.0.1", "localhost");
    started.site.route(
      "/with-frame",
      `<title>Frame</title><p>…</p><script>onmessage = (event) => { document.querySelector("p").textContent = event.data }</script>
       <iframe src="${framed}/framed?leave"></iframe>`,
    );
    const nothing = JSON.stringify([0, 0, 0, "", ""]);
    for (let session = 0; session < 2; session++)
      expect(await visited("/with-frame", { allowHosts: ["127.0.0.1:*", "localhost:*"] })).toContain(nothing);
    await other.close();
  });

  test("runs no scripts of a page whose session is over", async () => {
    started.site.route("/ticking", "<title>Ticking</title><script>setInterval(() => fetch('/tick'), 20)</script>");
    started.site.route("/tick", html(""));
    await visited("/ticking");
    // By then what it asked for last has arrived.
    await visited("/keeper");
    const ticks = started.site.count("/tick");
    expect(ticks).toBeGreaterThan(0);
    await visited("/keeper");
    expect(started.site.count("/tick")).toBe(ticks);
  });

  test("is not shared by sessions at the same time, nor with one that may reach other hosts", async () => {
    const texts = await Promise.all(["/keeper?leave", "/keeper?leave", "/keeper?leave"].map((path) => visited(path)));
    expect(new Set(texts).size).toBe(1);
    const before = started.site.count("/style.css");
    await visited("/with-style", { allowHosts: [new URL(started.site.url).host] });
    expect(started.site.count("/style.css")).toBe(before + 1);
  });

  test("leaves nothing on the disk when the runner ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ultravisor-place-"));
    const script = join(import.meta.dirname, "visit-twice.ts");
    await promisify(execFile)(process.execPath, [script], { env: { TMPDIR: folder } });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test("is not given to another session after a failure", async () => {
    const session = await started.open({ render: "always" });
    await session.fixtures.visit(`${started.site.url}/busy`).catch(() => {});
    await session.close();
    expect(await visited("/with-style")).toBe("Styled");
  });
});

describe("a visit in Chromium", () => {
  const LOADED = ["/a.png", "/a.woff2", "/a.mp4", "/a.css", "/a.js", "/a.svg", "/data.json"];

  beforeAll(() => {
    for (const path of LOADED) started.site.route(path, cached("text/plain", ""));
    started.site.route(
      "/a.css",
      cached("text/css", "@font-face { font-family: f; src: url(/a.woff2) } p { font-family: f }"),
    );
    started.site.route(
      "/rich",
      `<title>Rich</title><link rel="stylesheet" href="/a.css"><p>Text</p><img src="/a.png?size=2"><img src="/a.svg">
       <video src="/a.mp4" autoplay muted></video><script src="/a.js?next=/a.png"></script>
       <script>fetch("/data.json?of=a.mp4").then((answer) => answer.text())</script>`,
    );
    started.site.route("/wiki/File:Map.png", "<title>A page about a picture</title><p>Map</p>");
  });

  const asked = () => LOADED.map((path) => started.site.count(path));

  test("loads no pictures, fonts and media, but styles, scripts and data", async () => {
    const before = asked();
    expect(await visited("/rich")).toBe("Text");
    const loaded = LOADED.filter((_path, at) => (asked()[at] ?? 0) > (before[at] ?? 0));
    expect(loaded).toEqual(["/a.css", "/a.js", "/a.svg", "/data.json"]);
  });

  test("loads everything where the task says block: none", async () => {
    const before = asked();
    await visited("/rich", { block: "none" });
    const loaded = LOADED.filter((_path, at) => (asked()[at] ?? 0) > (before[at] ?? 0));
    expect(loaded).toEqual(LOADED);
  });

  test("takes a page for a page whatever its name ends with", async () => {
    expect(await visited("/wiki/File:Map.png")).toBe("Map");
  });

  test("keeps what it did not load out of the console of a failure", async () => {
    const session = await started.open({ render: "always" });
    await session.fixtures.visit(`${started.site.url}/rich`);
    const said = (await session.capture()).find((draft) => draft.role === "console");
    expect(said && (await contents(started.files, said.sha256)).toString()).toBeUndefined();
    await session.close();
  });

  test("does not decide what the page of a script loads", async () => {
    const before = started.site.count("/a.png");
    const session = await started.open({ fixtures: ["page"] });
    await session.fixtures.page?.goto(`${started.site.url}/rich`);
    expect(started.site.count("/a.png")).toBe(before + 1);
    await session.close();
  });
});
