// Enumerate every page below a URL and download every file it links to.
import { browser, z } from "ultravisor";

export default browser({
  description: "Mirror the documents of a site",
  input: z.object({
    url: z.url().describe("Where to start"),
    depth: z.int().min(0).default(5).describe("How many links away from the start to go"),
    files: z.string().default("pdf,zip,csv").describe("Which files to download, by extension"),
  }),
  retry: { attempts: 3 },
  toleratedFailures: "5%", // of the pages; more than that mean that the site is down, or has locked us out
  // Once a day: import `cron` as well and add
  //   triggers: [cron("0 17 * * *", { timezone: "Europe/London", input: { url: "https://example.com" } })],
  async run({ input, visit, spawn, download, save }) {
    const page = await visit(input.url); // HTTP or Chromium, whichever the page needs
    await save("pages", { url: page.url, title: page.title });
    for (const link of page.links({ files: input.files })) await download(link);
    if (input.depth > 0) {
      const links = page.links({ scope: "same-host" });
      await spawn(
        links.map((url) => ({ ...input, url, depth: input.depth - 1 })),
        { key: (subtask) => subtask.url }, // each page once per run
      );
    }
  },
});
