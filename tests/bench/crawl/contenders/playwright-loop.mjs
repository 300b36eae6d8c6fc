/** What a good engineer writes by hand: one context, pages used again, pictures and fonts blocked by the browser itself. */
import { chromium } from "playwright";
import { report } from "./report.mjs";

const [start, concurrency, executablePath] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const started = performance.now();
const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
const context = await browser.newContext();
const seen = new Set([start]);
const done = new Map();
const queue = [start];
const origin = new URL(start).origin;
let waiting = 0;
let wake = () => {};

async function worker() {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setBlockedURLs", { urls: ["*.png", "*.jpg", "*.svg", "*.woff2", "*.mp4"] });
  for (;;) {
    const url = queue.shift();
    if (url === undefined) {
      waiting += 1;
      if (waiting === concurrency) return wake();
      await new Promise((resolve) => {
        const before = wake;
        wake = () => {
          before();
          resolve();
        };
      });
      if (waiting === concurrency) return;
      continue;
    }
    await page.goto(url, { waitUntil: "domcontentloaded" });
    const { title, links } = await page.evaluate(() => ({
      title: document.title,
      links: [...document.querySelectorAll("a[href]")].map((a) => a.href.split("#")[0]),
    }));
    done.set(url, title);
    for (const link of links) {
      if (seen.has(link) || new URL(link).origin !== origin) continue;
      seen.add(link);
      queue.push(link);
    }
    const sleepers = wake;
    wake = () => {};
    waiting = 0;
    sleepers();
  }
}

await Promise.all(Array.from({ length: concurrency }, worker));
await browser.close();
report(started, done);
