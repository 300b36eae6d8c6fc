import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeServer, type TestServer } from "../ports.ts";

async function makeDocs(pages: Readonly<Record<string, string>>): Promise<TestServer> {
  const docsFolder = mkdtempSync(join(tmpdir(), "ultravisor-docs-"));
  onTestFinished(() => rmSync(docsFolder, { recursive: true }));
  mkdirSync(join(docsFolder, "files"));
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(docsFolder, name), text);
  symlinkSync("/etc/hostname", join(docsFolder, "files/link.txt"));
  return makeServer({ services: { docsFolder } });
}

const PAGES = {
  "index.md":
    "# Welcome\n\nRead [tasks](tasks.md#retry-often), then [about](./about.md). [Elsewhere](https://example.com/a.md) [Sheet](files/sheet.pdf)",
  "about.md": "# About `us`\n\n## Retry, often!\n\n## Retry, often!\n\n```html\n<script>alert(1)</script>\n```",
  "tasks.md": "# Tasks\n\n![Picture](picture.png)",
  "zebra.md": "no heading",
  "picture.png": "png",
  "files/sheet.pdf": "pdf",
};

async function read(server: TestServer, path: string): Promise<string> {
  const response = await fetch(server.url + path);
  expect(response.status).toBe(200);
  return response.text();
}

describe("The documentation", () => {
  it("is read without a token, in the order that its index gives", async () => {
    const server = await makeDocs(PAGES);
    const text = await read(server, "/docs");
    expect(await read(server, "/docs/")).toBe(text);
    const nav = [...(text.split("</nav>")[0] ?? "").matchAll(/<li><a href="([^"]+)"[^>]*>([^<]+)/g)].map(
      ([, href, title]) => [href, title],
    );
    expect(nav).toEqual([
      ["/docs/", "Welcome"],
      ["/docs/tasks", "Tasks"],
      ["/docs/about", "About us"],
      ["/docs/zebra", "zebra"],
    ]);
    expect(await read(server, "/docs/about")).toMatch(
      /rel="prev" href="\/docs\/tasks".*rel="next" href="\/docs\/zebra"/s,
    );
  });

  it("has links that lead to rendered pages, files and other sites", async () => {
    const server = await makeDocs(PAGES);
    const text = await read(server, "/docs/");
    for (const href of [
      "/docs/tasks#retry-often",
      "/docs/about",
      "https://example.com/a.md",
      "/docs/files/sheet.pdf",
    ]) {
      expect(text).toContain(`href="${href}"`);
    }
    expect(await read(server, "/docs/tasks")).toContain('src="/docs/picture.png"');
    const moved = await fetch(`${server.url}/docs/about.md`, { redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([301, "/docs/about"]);
  });

  it("links to nothing that a stranger may not open", async () => {
    const server = await makeServer();
    const open = ["/docs/"];
    const seen = new Set(open);
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      const response = await fetch(server.url + path);
      expect([path, response.status]).toEqual([path, 200]);
      const text = response.headers.get("content-type")?.includes("html") ? await response.text() : "";
      for (const [, href = ""] of text.matchAll(/(?:href|src)="(\/[^"#]*)/g)) {
        if (!seen.has(href)) open.push(href);
        seen.add(href);
      }
    }
    expect(seen.size).toBeGreaterThan(15);
  });

  it("names its headings as GitHub does, and shows code as text", async () => {
    const server = await makeDocs(PAGES);
    const text = await read(server, "/docs/about");
    expect(text).toContain('<h2 id="retry-often">');
    expect(text).toContain('<h2 id="retry-often-1">');
    expect(text).toContain("&lt;script&gt;alert(1)");
  });

  it("offers its files to be saved", async () => {
    const server = await makeDocs(PAGES);
    const response = await fetch(`${server.url}/docs/files/sheet.pdf`);
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toBe("attachment");
    expect(await response.text()).toBe("pdf");
    const again = await fetch(`${server.url}/docs/files/sheet.pdf`, {
      headers: { "if-none-match": response.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
  });

  it.each([
    "/docs/nothing",
    "/docs/files/",
    "/docs/files/link.txt",
    "/docs/files/%2e%2e%2findex.md",
    "/docs/files/..%5cindex.md",
    "/docs/none.png",
  ])("has nothing at %s", async (path) => {
    const server = await makeDocs(PAGES);
    const response = await fetch(server.url + path);
    expect(await response.json()).toMatchObject({ code: "unknown_route", status: 404 });
  });

  it("without an index lists what there is", async () => {
    const server = await makeDocs({ "b.md": "# Bees", "a.md": "# Ants" });
    expect(await read(server, "/docs")).toMatch(/<h1 id="documentation">.*Ants.*Bees/s);
  });
});
