/** `state`: writes a key of the global state. */
import { code, fail, z } from "../sdk/index.ts";

export default code({
  description: "A key of the global state",
  input: z.strictObject({
    key: z.string().min(1),
    /** One of these. */
    set: z.json().optional(),
    add: z.coerce.number().optional(),
    merge: z.record(z.string(), z.json()).optional(),
    remove: z.literal(true).optional(),
  }),
  async run({ input: { key, set, add, merge, remove }, state }) {
    const given = [set, add, merge, remove].filter((part) => part !== undefined).length;
    if (given !== 1) fail(`expected one of set, add, merge and remove, got ${given}`);
    if (add !== undefined) return state.increment(key, add);
    if (merge !== undefined) return state.merge(key, merge);
    await (remove === undefined ? state.set(key, set) : state.delete(key));
    return set ?? null;
  },
});
