/** `collect`: one value of every record of a list, or of a list of pages. */
import { code, z } from "../sdk/index.ts";
import { at } from "./look.ts";

export default code({
  description: "One value of every record",
  input: z.strictObject({
    /** A list, a list of lists, or one record. */
    from: z.json(),
    /** Where the records lie in it, such as `json.records`. */
    records: z.string().min(1).optional(),
    /** Which value of each, such as `details.id`; default: the whole record. */
    value: z.string().min(1).optional(),
    unique: z.boolean().default(false),
  }),
  run({ input }) {
    const { from, records, value } = input;
    const pages = Array.isArray(from) ? from : [from];
    const all = pages.flatMap((page) => [(records === undefined ? page : at(page, records)) ?? []].flat());
    const values = all
      .map((record) => (value === undefined ? record : at(record, value)))
      .filter((found) => found !== undefined && found !== null);
    if (!input.unique) return values;
    return [...new Map(values.map((found) => [JSON.stringify(found), found])).values()];
  },
});
