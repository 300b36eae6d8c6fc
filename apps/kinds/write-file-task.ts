/** `write-file`: data into a file, in place of what was there or behind it. */
import { appendFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { code, z } from "../sdk/index.ts";
import { csvOptions, format, formatOf, write } from "./format.ts";
import { root, writable } from "./place.ts";

export default code({
  description: "Data into a file",
  input: z.strictObject({
    path: z.string(),
    data: z.json(),
    as: format.optional(),
    append: z.boolean().default(false),
    /** Puts the file into the file store, too. */
    keep: z.boolean().default(false),
    root,
    ...csvOptions,
  }),
  async run({ input, staging, saveFile }) {
    const path = await writable({ staging, root: input.root }, input.path);
    const content = await write(input.data, input.as ?? formatOf(path), input);
    await (input.append ? appendFile(path, content) : writeFile(path, content));
    if (input.keep) await saveFile(content, { name: basename(path) });
    return { path: input.path, size: (await stat(path)).size };
  },
});
