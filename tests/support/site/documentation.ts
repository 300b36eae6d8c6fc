/** Six pages that link to each other and to four files, as a small product's documentation does. */
import { crc32 } from "node:zlib";
import type { Handler, Routes } from "../site.ts";

export const DOCUMENTATION = {
  start: "/docs/",
  pages: [
    "/docs/",
    "/docs/install.html",
    "/docs/guide/",
    "/docs/guide/first.html",
    "/docs/guide/second.html?view=full",
    "/docs/reference.html",
  ],
  files: ["/docs/files/manual.pdf", "/docs/files/examples.zip", "/docs/files/prices.csv", "/docs/files/notes.tar.gz"],
} as const;

const TEXT =
  "Every chapter of this manual says one thing at length, so that a reader who looks for it will find it. ".repeat(4);

export function addDocumentation(site: Routes): void {
  site.route(
    "/docs/",
    page("Manual", [
      "install.html",
      "guide/",
      "/docs/reference.html#top",
      "files/manual.pdf",
      "files/prices.csv",
      "https://example.com/",
      "mailto:someone@example.com",
    ]),
  );
  site.route(
    "/docs/install.html",
    page("Install", ["./", "guide/first.html", "files/examples.zip", "javascript:void(0)"]),
  );
  site.route("/docs/guide/", page("Guide", ["first.html", "second.html?view=full", "../", "#contents"]));
  site.route("/docs/guide/first.html", page("First steps", ["second.html?view=full", "../files/manual.pdf"]));
  site.route("/docs/guide/second.html", page("Second steps", ["first.html#end", "../files/notes.tar.gz"]));
  site.route("/docs/reference.html", page("Reference", ["/docs/", "/docs/install.html"]));
  site.route("/docs/files/manual.pdf", file(pdf("Manual"), "application/pdf"));
  site.route("/docs/files/examples.zip", file(zip("hello.txt", "Hello from the archive\n"), "application/zip"));
  site.route(
    "/docs/files/prices.csv",
    file(Buffer.from("item,price\ntea,2.50\nmilk,1.20\n"), "text/csv; charset=utf-8"),
  );
  site.route(
    "/docs/files/notes.tar.gz",
    file(Buffer.from("1f8b0800000000000003030000000000000000000000", "hex"), "application/gzip"),
  );
}

function page(title: string, links: readonly string[]): string {
  const list = links.map((href) => `<li><a href="${href}">To ${href}</a></li>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>${TEXT}</p><ul>${list}</ul></body></html>`;
}

/** A handler that sends bytes as a file. */
export function file(bytes: Buffer, type: string, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_request, response) => {
    response.writeHead(200, { "content-type": type, "content-length": bytes.length, ...headers }).end(bytes);
  };
}

/** The smallest document that readers of PDF open: one empty page with a title. */
export function pdf(title: string): Buffer {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    `<< /Title (${title}) >>`,
  ];
  let body = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  return Buffer.from(
    `${body}xref\n0 5\n0000000000 65535 f \n${table}trailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  );
}

/** An archive of one stored file. */
function zip(name: string, text: string): Buffer {
  const data = Buffer.from(text);
  const sizes = Buffer.alloc(22);
  sizes.writeUInt16LE(20, 0);
  sizes.writeUInt32LE(crc32(data), 10);
  sizes.writeUInt32LE(data.length, 14);
  sizes.writeUInt32LE(data.length, 18);
  const nameLength = Buffer.from([name.length, 0, 0, 0]);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), sizes, nameLength, Buffer.from(name), data]);
  const entry = Buffer.concat([
    Buffer.from("PK\x01\x02\x14\x00", "latin1"),
    sizes,
    nameLength,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from("PK\x05\x06"), end]);
}
