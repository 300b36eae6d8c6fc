/** Crawlee's CheerioCrawler, its dataset and queue on disk as they are by default. */
import { CheerioCrawler, Configuration, Dataset } from "@crawlee/cheerio";
import { report } from "./report.mjs";

const [start, concurrency] = [process.argv[2], Number(process.argv[3])];
Configuration.getGlobalConfig().set("logLevel", 0);
const started = performance.now();
const urls = new Set();
const crawler = new CheerioCrawler({
  minConcurrency: concurrency,
  maxConcurrency: concurrency,
  async requestHandler({ request, $, enqueueLinks }) {
    urls.add(request.loadedUrl);
    await Dataset.pushData({ url: request.loadedUrl, title: $("title").text() });
    await enqueueLinks({ strategy: "same-origin" });
  },
});
await crawler.run([start]);
report(started, urls);
