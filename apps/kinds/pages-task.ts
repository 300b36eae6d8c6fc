/** `pages`: how a number of records divides into pages; `each: "${pages.output}"` then does something for every one. */
import { code, z } from "../sdk/index.ts";

export const short = "count";

export default code({
  description: "How many records divide into pages",
  input: z.strictObject({
    count: z.coerce.number().int().min(0),
    size: z.coerce.number().int().min(1).default(100),
    /** No more records than this. */
    most: z.coerce.number().int().min(0).optional(),
  }),
  run({ input: { count, size, most = count }, log }) {
    const records = Math.min(count, most);
    const total = Math.ceil(records / size);
    if (total === 0) log("there are no records, and so no pages");
    return Array.from({ length: total }, (_, index) => {
      const offset = index * size;
      return { index, number: index + 1, total, offset, size, count: Math.min(size, records - offset) };
    });
  },
});
