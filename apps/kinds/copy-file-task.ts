/** `copy-file`: a file to another place; with `move` it is not left behind. */
import { copyFile, rm, stat } from "node:fs/promises";
import { code, fail, z } from "../sdk/index.ts";
import { existing, root, writable } from "./place.ts";

export default code({
  description: "A file to another place",
  input: z.strictObject({
    from: z.string(),
    to: z.string(),
    move: z.boolean().default(false),
    root,
    /** The folder of `to`, when it is another one. */
    toRoot: root,
  }),
  async run({ input, staging }) {
    const from = await existing({ staging, root: input.root }, input.from);
    if (!(await stat(from)).isFile()) fail(`${input.from} is no file`);
    const to = await writable({ staging, root: input.toRoot ?? input.root }, input.to);
    await copyFile(from, to);
    if (input.move && from !== to) await rm(from);
    return { path: input.to, size: (await stat(to)).size };
  },
});
