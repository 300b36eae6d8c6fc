/** Reads a site map while it streams: XML by sitemaps.org, an index of others, a feed (RSS, Atom), or plain text with one address a line. */
import { Parser } from "htmlparser2";

export interface SitemapHandler {
  /** Address of a page, as written. */
  page(address: string): void;
  /** Address of another site map, as written. */
  sitemap(address: string): void;
}

export interface SitemapReader {
  write(text: string): void;
  end(): void;
}

export function createSitemapReader(handler: SitemapHandler): SitemapReader {
  let chosen: SitemapReader | null = null;
  let start = "";
  const choose = (): SitemapReader => (start.startsWith("<") ? readXml(handler) : readLines(handler));
  return {
    write(text) {
      if (chosen) return chosen.write(text);
      start = (start + text).replace(/^[\ufeff\s]+/, "");
      if (start === "") return;
      chosen = choose();
      chosen.write(start);
    },
    end: () => chosen?.end(),
  };
}

/** Elements whose text may be an address: RSS has its links so, and some sites leave `loc` out. */
const ADDRESSES = new Set(["loc", "link", "url", "sitemap"]);

/** Pictures and videos have addresses of their own inside of a page's entry; only those directly in one are meant. */
function readXml(handler: SitemapHandler): SitemapReader {
  const open: string[] = [];
  let text = "";
  let ended = false;
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = localName(tag);
        const { href, rel = "alternate" } = attributes;
        if (name === "link" && open.at(-1) === "entry" && href && rel === "alternate") handler.page(href);
        open.push(name);
        text = "";
      },
      ontext(part) {
        if (ADDRESSES.has(open.at(-1) ?? "")) text += part;
      },
      onclosetag() {
        const name = open.pop();
        const address = text.trim();
        text = "";
        // What the end of the file closes was cut, and is the beginning of an address only.
        if (address === "" || ended) return;
        const parent = open.at(-1);
        if (name === "loc" && parent === "sitemap") handler.sitemap(address);
        if ((name === "loc" && parent === "url") || (name === "link" && parent === "item")) handler.page(address);
        if (!/^https?:/i.test(address)) return;
        if (name === "sitemap" && parent === "sitemapindex") handler.sitemap(address);
        if (name === "url" && parent === "urlset") handler.page(address);
      },
    },
    { xmlMode: true },
  );
  return {
    write: (part) => parser.write(part),
    end() {
      ended = true;
      parser.end();
    },
  };
}

function readLines(handler: SitemapHandler): SitemapReader {
  let rest = "";
  const read = (line: string): void => {
    if (/^\s*https?:/i.test(line)) handler.page(line.trim());
  };
  return {
    write(text) {
      const lines = (rest + text).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) read(line);
    },
    end: () => read(rest),
  };
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1).toLowerCase();
}
