/** Builds scripts of a site as their authors would: with Vite, for production. */
import { join } from "node:path";
import { build } from "vite";
import type { Answer } from "./site.ts";

/** @returns by path: `/assets/<name>.js` for every entry, and what they share */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<Map<string, Answer>> {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, join(import.meta.dirname, file)]),
  );
  const built = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "warn",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      modulePreload: false,
      rollupOptions: {
        input,
        output: { entryFileNames: "assets/[name].js", chunkFileNames: "assets/[name]-[hash].js" },
      },
    },
  });
  const files = new Map<string, Answer>();
  for (const { output } of [built].flat().filter((result) => "output" in result)) {
    for (const file of output) {
      const body = Buffer.from(file.type === "chunk" ? file.code : file.source);
      files.set(`/${file.fileName}`, { type: "text/javascript", body });
    }
  }
  return files;
}
