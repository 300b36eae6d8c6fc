/** Crawlee's PlaywrightCrawler on the same Chromium as ours. */
import { Configuration, Dataset, PlaywrightCrawler } from "@crawlee/playwright";
import { report } from "./report.mjs";

const [start, concurrency, executablePath] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
Configuration.getGlobalConfig().set("logLevel", 0);
const started = performance.now();
const urls = new Set();
const crawler = new PlaywrightCrawler({
  minConcurrency: concurrency,
  maxConcurrency: concurrency,
  launchContext: { launchOptions: { executablePath, headless: true, args: ["--no-sandbox"] } },
  async requestHandler({ request, page, enqueueLinks }) {
    urls.add(request.loadedUrl);
    await Dataset.pushData({ url: request.loadedUrl, title: await page.title() });
    await enqueueLinks({ strategy: "same-origin" });
  },
});
await crawler.run([start]);
report(started, urls);
