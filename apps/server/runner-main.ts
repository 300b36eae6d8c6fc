/** A runner process: wires the runner room to the file store and the browser. The server forks it, once per task file. */
import { createDiskFileStore } from "./files/disk.ts";
import { serveRunner } from "./runner/serve.ts";

serveRunner({
  openFiles: createDiskFileStore,
  async createBrowsing(options) {
    const { createBrowsing } = await import("./browser/browsing.ts");
    const { requisitesOfPage, requisitesOfStyle } = await import("./mirror/page.ts");
    return createBrowsing({ ...options, requisites: { ofPage: requisitesOfPage, ofStyle: requisitesOfStyle } });
  },
});
