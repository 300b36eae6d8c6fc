import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { file } from "../../../support/site/documentation.ts";
import { startSite } from "../../../support/site.ts";
import { type Started, start } from "../start.ts";

let started: Started;
let url: string;

beforeEach(async () => {
  started = await start({ chromium: null });
  url = started.site.url;
});

afterEach(() => started.close());

const urlset = (...pages: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${pages
    .map((page) => `<url><loc>${page}</loc><lastmod>2026-01-01</lastmod></url>`)
    .join("\n")}</urlset>`;
const index = (...files: readonly string[]): string =>
  `<sitemapindex>${files.map((address) => `<sitemap><loc> ${address} </loc></sitemap>`).join("")}</sitemapindex>`;

function serve(path: string, body: string | Buffer, headers: Record<string, string> = {}): void {
  started.site.route(path, file(Buffer.from(body), "application/octet-stream", headers));
}

async function sitemap(path: string, options?: { limit?: number }): Promise<string[]> {
  const session = await started.open({ fixtures: ["sitemap"] });
  try {
    return await session.fixtures.sitemap(url + path, options);
  } finally {
    await session.close();
  }
}

const paths = (addresses: readonly string[]): string[] => addresses.map((address) => address.replace(url, ""));

describe("a site map", () => {
  test("gives its pages, each once, as absolute addresses without fragment", async () => {
    serve(
      "/sitemap.xml",
      urlset(`${url}/a?x=1&amp;y=2`, `<![CDATA[${url}/b#top]]>`, `${url}/b`, "/c", "mailto:x@y", "http://["),
    );
    expect(paths(await sitemap("/sitemap.xml"))).toEqual(["/a?x=1&y=2", "/b", "/c"]);
  });

  test("is not confused by pictures, prefixes and alternates inside of its entries", async () => {
    serve(
      "/sitemap.xml",
      `\ufeff<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>${url}/a</s:loc>
       <image:image><image:loc>${url}/a.png</image:loc></image:image><xhtml:link href="${url}/de/a"/></s:url></s:urlset>`,
    );
    expect(paths(await sitemap("/sitemap.xml"))).toEqual(["/a"]);
  });

  test("may be plain text, packed, or packed on the way", async () => {
    serve("/list.txt", `${url}/a\r\n\nnot an address\n${url}/b`);
    serve("/packed.xml.gz", gzipSync(urlset(`${url}/c`)));
    serve("/sent.xml", gzipSync(urlset(`${url}/d`)), { "content-encoding": "gzip" });
    for (const [path, pages] of [
      ["/list.txt", ["/a", "/b"]],
      ["/packed.xml.gz", ["/c"]],
      ["/sent.xml", ["/d"]],
    ] as const)
      expect(paths(await sitemap(path))).toEqual(pages);
  });

  test("may lead to others, which lead back or are not there, and that is told to the log", async () => {
    serve("/sitemap.xml", index(`${url}/one.xml`, `${url}/gone.xml`, `${url}/two.xml.gz`, `${url}/sitemap.xml`));
    serve("/one.xml", urlset(`${url}/a`));
    serve("/two.xml.gz", gzipSync(index(`${url}/three.xml`, `${url}/one.xml`)));
    serve("/three.xml", urlset(`${url}/b`, `${url}/a`));
    expect(paths(await sitemap("/sitemap.xml"))).toEqual(["/a", "/b"]);
    expect(started.site.count("/one.xml")).toBe(1);
    expect(started.logged.join("\n")).toContain("gone.xml");
  });

  test("is read no further than the task wants", async () => {
    serve("/sitemap.xml", index(`${url}/one.xml`, `${url}/two.xml`));
    serve("/one.xml", urlset(...Array.from({ length: 50 }, (_, n) => `${url}/${n}`)));
    expect(await sitemap("/sitemap.xml", { limit: 7 })).toHaveLength(7);
    expect(started.site.count("/two.xml")).toBe(0);
  });

  test("that unpacks to more than 50 MiB is cut there", async () => {
    serve(
      "/bomb.xml.gz",
      gzipSync(
        `<urlset><url><loc>${url}/a</loc></url>${" ".repeat(80 * 1024 * 1024)}<url><loc>${url}/b</loc></url></urlset>`,
      ),
    );
    expect(paths(await sitemap("/bomb.xml.gz"))).toEqual(["/a"]);
    expect(started.logged.join("\n")).toContain("read in part");
  });

  test("that is cut or no site map gives what it has", async () => {
    serve("/cut.xml", `<urlset><url><loc>${url}/a</loc></url><url><loc>${url}/b`);
    serve("/none.xml", "<!doctype html><title>Not found</title><p>Nothing");
    expect(paths(await sitemap("/cut.xml"))).toEqual(["/a"]);
    expect(await sitemap("/none.xml")).toEqual([]);
    const many = Array.from({ length: 5000 }, (_, n) => `${url}/${Math.sqrt(n)}`);
    const packed = gzipSync(urlset(...many));
    serve("/cut.xml.gz", packed.subarray(0, packed.length / 2));
    const found = await sitemap("/cut.xml.gz");
    expect(found).toEqual(many.slice(0, found.length));
    expect(found.length).toBeGreaterThan(1000);
  });

  test("is understood where its entries are nothing but addresses", async () => {
    serve("/sitemap.xml", `<sitemapindex>\n<sitemap>\n${url}/one.xml?a=1&amp;b=2\n</sitemap>\n</sitemapindex>`);
    serve("/one.xml", `<urlset><url> ${url}/a </url><url><loc>${url}/b</loc> </url></urlset>`);
    expect(paths(await sitemap("/sitemap.xml"))).toEqual(["/a", "/b"]);
  });

  test("may be a feed", async () => {
    serve(
      "/news.rss",
      `<rss><channel><link>${url}/</link><item><title>A</title><link>${url}/a?x=1&amp;y=2</link><guid>7</guid></item>
       <item><link><![CDATA[ ${url}/b ]]></link></item></channel></rss>`,
    );
    serve(
      "/news.atom",
      `<feed xmlns="http://www.w3.org/2005/Atom"><link href="${url}/"/><entry><link rel="enclosure" href="${url}/a.mp3"/>
       <link rel="alternate" href="/a"/></entry><entry><link href="${url}/b"></link><id>b</id></entry></feed>`,
    );
    expect(paths(await sitemap("/news.rss"))).toEqual(["/a?x=1&y=2", "/b"]);
    expect(paths(await sitemap("/news.atom"))).toEqual(["/a", "/b"]);
  });

  test("is read in the encoding that it says", async () => {
    serve("/wide.xml", Buffer.from(`\ufeff${urlset(`${url}/caf\u00e9`)}`, "utf16le"));
    serve("/latin.xml", Buffer.from(urlset(`${url}/caf\u00e9`).replace("UTF-8", "ISO-8859-1"), "latin1"));
    for (const path of ["/wide.xml", "/latin.xml"]) expect(paths(await sitemap(path))).toEqual(["/caf%C3%A9"]);
  });

  test("that is not there is an error when it was asked for by name", async () => {
    await expect(sitemap("/missing.xml")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("the site maps of a site", () => {
  test("are those that its robots.txt names, wherever they lie", async () => {
    const other = await startSite();
    other.route("/all.xml", urlset(`${url}/b`));
    started.site.route(
      "/robots.txt",
      `Sitemap: ${url}/one.xml\nUser-agent: *\nDisallow: /x\nSitemap: ${other.url}/all.xml\nSitemap: /one.xml`,
    );
    serve("/one.xml", urlset(`${url}/a`));
    serve("/sitemap.xml", urlset(`${url}/not-named`));
    expect(paths(await sitemap("/docs/"))).toEqual(["/a", "/b"]);
    expect(started.site.count("/one.xml")).toBe(1);
    await other.close();
  });

  test("are read as far as they are there, and it is an error when none is", async () => {
    started.site.route("/robots.txt", `Sitemap: ${url}/gone.xml\nSitemap: ${url}/one.xml\nSitemap: ${url}/none.xml`);
    await expect(sitemap("/docs/")).rejects.toMatchObject({ code: "not_found" });
    serve("/one.xml", urlset(`${url}/a`));
    expect(paths(await sitemap("/docs/"))).toEqual(["/a"]);
    expect(started.logged.join("\n")).toContain("gone.xml");
  });

  test("are at the usual places when nothing names them, and none when nothing is there", async () => {
    expect(await sitemap("/docs/")).toEqual([]);
    serve("/sitemap.xml", urlset(`${url}/a`));
    expect(paths(await sitemap("/docs/"))).toEqual(["/a"]);
    serve("/sitemap_index.xml", index(`${url}/one.xml`));
    serve("/one.xml", urlset(`${url}/a`, `${url}/b`));
    serve("/sitemap.txt", `${url}/c`);
    expect(paths(await sitemap("/docs/"))).toEqual(["/a", "/b", "/c"]);
    expect(await sitemap("/docs/", { limit: 2 })).toHaveLength(2);
  });

  test("are not read where robots.txt forbids them, nor where nobody named a private host", async () => {
    started.site.route("/robots.txt", "User-agent: *\nDisallow: /hidden.xml");
    await expect(sitemap("/hidden.xml")).rejects.toMatchObject({ code: "robots_disallowed" });
    serve("/sitemap.xml", index("http://169.254.169.254/sitemap.xml", `${url}/one.xml`));
    serve("/one.xml", urlset(`${url}/a`));
    expect(paths(await sitemap("/sitemap.xml"))).toEqual(["/a"]);
  });
});
