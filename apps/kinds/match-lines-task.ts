/** `match-lines`: each line of a text, with what an expression finds in it. */
import { code, fail, z } from "../sdk/index.ts";

export default code({
  description: "What an expression finds in each line of a text",
  input: z.strictObject({
    text: z.string(),
    /** A regular expression. */
    pattern: z.string().min(1),
    flags: z
      .string()
      .regex(/^[imsuv]*$/, "expected flags of i, m, s, u, v")
      .default(""),
    /** Between two lines; default: a line break. */
    separator: z.string().min(1).optional(),
    /** True: lines in which it finds nothing are left out. */
    only: z.boolean().default(false),
  }),
  run({ input }) {
    const pattern = compile(input.pattern, input.flags);
    const lines = input.text.split(input.separator ?? /\r?\n/);
    const found = lines.map((line, index) => {
      const match = pattern.exec(line);
      const [text = null, ...groups] = match ?? [];
      return {
        index,
        line,
        match: match !== null,
        text,
        groups: groups.map((group) => group ?? null),
        named: { ...match?.groups },
      };
    });
    return input.only ? found.filter((line) => line.match) : found;
  },
});

function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
