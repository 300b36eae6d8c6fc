/** Redirects, compression, charsets, cookies, statuses and file names that a crawler must cope with. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Handler, html, type Routes } from "../site.ts";
import { file, pdf } from "./documentation.ts";

const GREETING = "<!doctype html><title>Grüße</title><p>Grüße aus Köln, für 5 €</p>";

export function addOddities(site: Routes): void {
  addRedirects(site);
  addEncodings(site);
  addStatuses(site);
  addCookies(site);
  addFiles(site);
}

/** `/redirect?n=3` takes three hops to the documentation. */
function addRedirects(site: Routes): void {
  site.route("/old-docs", redirect("/docs/", 301));
  site.route("/redirect", (request, response, url) => {
    const left = Number(url.searchParams.get("n"));
    redirect(left > 1 ? `/redirect?n=${left - 1}` : "/docs/")(request, response, url);
  });
  site.route("/loop", redirect("/loop-back"));
  site.route("/loop-back", redirect("/loop"));
  site.route("/to-file-scheme", redirect("file:///etc/passwd"));
  site.route("/refresh", '<meta http-equiv="refresh" content="0; url=/docs/"><p>Moved</p>');
  site.route(
    "/refresh-from-base",
    '<base href="/docs/"><meta http-equiv="refresh" content="0.5; url=./#top"><p>Moved</p>',
  );
  site.route("/refresh-to-mail", '<meta http-equiv="refresh" content="0; url=mailto:a@b.example"><p>Write to us</p>');
  site.route("/refresh-header", (_request, response) => {
    response.writeHead(200, { refresh: "0;url=/docs/", "content-type": "text/html" }).end("<p>Moved</p>");
  });
  site.route("/refresh-loop", '<meta http-equiv="refresh" content="0; url=/refresh-back"><p>Moved</p>');
  site.route("/refresh-back", '<meta http-equiv="refresh" content="0; url=/refresh-loop"><p>Moved</p>');
}

function addEncodings(site: Routes): void {
  const encoders: Readonly<Record<string, (text: string) => Buffer>> = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };
  for (const [name, encode] of Object.entries(encoders)) {
    site.route(`/encoded/${name}`, file(encode(GREETING), "text/html; charset=utf-8", { "content-encoding": name }));
    site.route(`/bomb/${name}`, (request, response, url) => {
      file(encode("x".repeat(40_000_000)), "text/html", { "content-encoding": name })(request, response, url);
    });
  }
  site.route(
    "/encoded/raw-deflate",
    file(deflateRawSync(GREETING), "text/html; charset=utf-8", { "content-encoding": "deflate" }),
  );
  site.route(
    "/encoded/twice",
    file(brotliCompressSync(gzipSync(GREETING)), "text/html; charset=utf-8", { "content-encoding": "gzip, br" }),
  );
  // What servers say that is not so.
  site.route(
    "/encoded/not-at-all",
    file(Buffer.from(GREETING), "text/html; charset=utf-8", { "content-encoding": "gzip" }),
  );
  site.route("/encoded/unsaid", file(gzipSync(GREETING), "text/html; charset=utf-8"));
  site.route(
    "/encoded/unknown",
    file(Buffer.from(GREETING), "text/html; charset=utf-8", { "content-encoding": "utf-8" }),
  );
  site.route(
    "/encoded/broken-off",
    file(gzipSync(GREETING).subarray(0, -6), "text/html; charset=utf-8", { "content-encoding": "gzip" }),
  );
  site.route(
    "/encoded/large",
    file(gzipSync(randomText(600_000)), "text/html; charset=utf-8", { "content-encoding": "gzip" }),
  );
  site.route("/encoded/damaged", file(Buffer.from("this is no gzip"), "text/html", { "content-encoding": "gzip" }));
  const western = Buffer.from(GREETING.replace("€", "\x80"), "latin1");
  site.route("/charset/header", file(western, "text/html; charset=windows-1252"));
  const named = Buffer.from(`<meta charset="iso-8859-1">${GREETING.replace("€", "\x80")}`, "latin1");
  site.route("/charset/meta", file(named, "text/html"));
  site.route("/charset/quoted", file(western, 'text/html; charset="ISO-8859-1"'));
  site.route("/charset/unknown", file(named, "text/html; charset=x-unheard-of"));
  site.route(
    "/charset/late",
    file(
      Buffer.from(
        `<!--${" ".repeat(900)}--><meta http-equiv=content-type content="text/html; charset=utf8">${GREETING}`,
      ),
      "text/html",
    ),
  );
  site.route("/charset/claims-utf-16", file(Buffer.from(`<meta charset="utf-16">${GREETING}`), "text/html"));
  site.route("/charset/none", file(western, "text/html"));
  site.route("/charset/utf-8", file(Buffer.from(GREETING), "text/html"));
  site.route("/charset/mark", file(Buffer.from(`\ufeff${GREETING}`, "utf16le"), "text/html; charset=windows-1252"));
}

/** `/status?code=503&after=7` */
function addStatuses(site: Routes): void {
  site.route("/status", (_request, response, url) => {
    const after = url.searchParams.get("after");
    response
      .writeHead(Number(url.searchParams.get("code")), {
        "content-type": "text/html",
        ...(after && { "retry-after": after }),
      })
      .end("<h1>No luck</h1>");
  });
  site.route(
    "/with-broken-link",
    '<title>Broken</title><p>One good, one bad</p><a href="/docs/">good</a> <a href="/missing">bad</a>',
  );
  site.route("/cut", (_request, response) => {
    response.writeHead(200, { "content-type": "text/html", "content-length": "1000" });
    response.write("<p>half", () => response.destroy());
  });
  site.route("/empty", html(""));
}

/** `/cookies/set?name=value&attributes=Path=/` sets, `/cookies/show` tells what came. */
function addCookies(site: Routes): void {
  site.route("/cookies/set", (_request, response, url) => {
    const attributes = url.searchParams.get("attributes") ?? "Path=/";
    const pairs = [...url.searchParams].filter(([name]) => name !== "attributes");
    response
      .writeHead(302, {
        location: "/cookies/show",
        "set-cookie": pairs.map(([name, value]) => `${name}=${value}; ${attributes}`),
      })
      .end();
  });
  site.route("/cookies/show", (request, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(`<title>Cookies</title><p>${request.headers.cookie ?? "none"}</p>`);
  });
}

function addFiles(site: Routes): void {
  const named = (disposition: string): Handler =>
    file(pdf("Named"), "application/pdf", { "content-disposition": disposition });
  site.route("/file/plain", named('attachment; filename="Yearly report.pdf"'));
  site.route("/file/utf8", named(`attachment; filename="fallback.pdf"; filename*=UTF-8''%E2%82%AC%20pr%C3%BCfung.pdf`));
  site.route("/file/hostile", named('attachment; filename="../../etc/cron.d/x"'));
  site.route("/file/untyped.csv", file(Buffer.from("a,b\n1,2\n"), "application/octet-stream"));
  site.route("/file/nameless", file(pdf("Nameless"), "application/pdf"));
  site.route("/file/endless", (_request, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    const block = Buffer.alloc(65_536);
    const more = (): void => {
      while (!response.destroyed && response.write(block));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
}

/** Text that packs badly, the same every time. */
function randomText(length: number): string {
  let text = "<title>Large</title>";
  for (let state = 1; text.length < length; state = (state * 48_271) % 2_147_483_647) text += state.toString(36);
  return text;
}

function redirect(location: string, status = 302): Handler {
  return (_request, response) => {
    response.writeHead(status, { location, "content-type": "text/html" }).end("<p>Elsewhere</p>");
  };
}
