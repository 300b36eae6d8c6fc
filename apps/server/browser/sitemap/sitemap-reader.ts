/** Reads a site map while it streams: XML by sitemaps.org, an index of others, or plain text with one address a line. */
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

/** Pictures and videos have addresses of their own inside of a page's entry; only those directly in one are meant. */
function readXml(handler: SitemapHandler): SitemapReader {
  const open: string[] = [];
  let text = "";
  return new Parser(
    {
      onopentagname(name) {
        open.push(localName(name));
        text = "";
      },
      ontext(part) {
        if (open.at(-1) === "loc") text += part;
      },
      onclosetag() {
        const name = open.pop();
        const address = text.trim();
        if (name !== "loc" || address === "") return;
        if (open.at(-1) === "url") handler.page(address);
        if (open.at(-1) === "sitemap") handler.sitemap(address);
      },
    },
    { xmlMode: true },
  );
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
