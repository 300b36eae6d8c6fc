/** `save`: records into a collection of the data store. */
import { code, fail, z } from "../sdk/index.ts";
import { at } from "./look.ts";

const record = z.record(z.string(), z.json());

export default code({
  description: "Records into the data store",
  input: z.strictObject({
    collection: z.string().min(1),
    /** One, or a list of them. */
    records: z.union([record, z.array(record)]),
    /** The field whose value names a record: one that is there already is replaced. */
    key: z.string().min(1).optional(),
  }),
  async run({ input: { collection, records, key }, save }) {
    const list = Array.isArray(records) ? records : [records];
    for (const data of list) {
      const value = key === undefined ? undefined : at(data, key);
      if (key !== undefined && (value === undefined || value === null))
        fail(`a record has no ${key}: ${JSON.stringify(data).slice(0, 200)}`);
      await save(collection, data, value === undefined ? {} : { key: String(value) });
    }
    return { saved: list.length };
  },
});
