/** The least one can do: fetch, htmlparser2, a set of what was seen, some requests at a time. Nothing survives a crash. */
import { Parser } from "htmlparser2";
import { report } from "./report.mjs";

const [start, concurrency] = [process.argv[2], Number(process.argv[3])];
const started = performance.now();
const seen = new Set([start]);
const done = new Map();
const queue = [start];

async function visit(url) {
  const html = await (await fetch(url)).text();
  let title = "";
  let inTitle = false;
  const parser = new Parser({
    onopentag(name, { href }) {
      inTitle = name === "title";
      if (name !== "a" || !href) return;
      const link = new URL(href, url);
      link.hash = "";
      if (link.origin !== new URL(start).origin || seen.has(link.href)) return;
      seen.add(link.href);
      queue.push(link.href);
    },
    ontext(text) {
      if (inTitle) title += text;
    },
    onclosetag: () => (inTitle = false),
  });
  parser.end(html);
  done.set(url, title);
}

let active = 0;
await new Promise((finish) => {
  const pump = () => {
    if (active === 0 && queue.length === 0) return finish();
    while (active < concurrency && queue.length > 0) {
      active += 1;
      visit(queue.shift()).finally(() => {
        active -= 1;
        pump();
      });
    }
  };
  pump();
});
report(started, done);
