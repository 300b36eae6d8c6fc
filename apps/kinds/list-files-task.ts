/** `list-files`: the files of a folder, by a pattern. */
import { glob, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { code, fail, z } from "../sdk/index.ts";
import { existing, root } from "./place.ts";

export const short = "path";

export default code({
  description: "The files of a folder",
  input: z.strictObject({
    /** A folder; default: the root. */
    path: z.string().default("."),
    /** Such as `**\/*.csv`. */
    pattern: z.string().default("*"),
    root,
    limit: z.int().min(1).max(100_000).default(10_000),
  }),
  async run({ input, staging }) {
    const folder = await existing({ staging, root: input.root }, input.path);
    if (!(await stat(folder)).isDirectory()) fail(`${input.path} is no folder`);
    if (/(?:^|\/)\.\.(?:\/|$)/.test(input.pattern) || input.pattern.startsWith("/"))
      fail("a pattern does not lead out of its folder");
    const files: { path: string; name: string; size: number; modified: string }[] = [];
    for await (const path of glob(input.pattern, { cwd: folder })) {
      const real = await realpath(join(folder, path));
      const facts = await stat(real);
      if (!facts.isFile() || !real.startsWith(folder)) continue;
      files.push({ path, name: basename(path), size: facts.size, modified: facts.mtime.toISOString() });
      if (files.length >= input.limit) break;
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  },
});
