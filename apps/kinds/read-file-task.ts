/** `read-file`: what is in a file, as data. */
import { readFile } from "node:fs/promises";
import { code, z } from "../sdk/index.ts";
import { csvOptions, format, formatOf, read } from "./format.ts";
import { existing, root } from "./place.ts";

export const short = "path";

export default code({
  description: "What is in a file",
  input: z.strictObject({ path: z.string(), as: format.optional(), root, ...csvOptions }),
  async run({ input, staging }) {
    const path = await existing({ staging, root: input.root }, input.path);
    return read(await readFile(path), input.as ?? formatOf(path), input);
  },
});
