/** `template`: text made from data, in the language Liquid: `{% for a in items %}{{ a.name | upcase }}{% endfor %}`. */
import { code, fail, z } from "../sdk/index.ts";

export const short = "text";

export default code({
  description: "Text made from data",
  input: z.strictObject({ text: z.string(), data: z.record(z.string(), z.json()).default({}) }),
  async run({ input }) {
    const { Liquid } = await import("liquidjs");
    // A template sees its data and nothing else: no files, no prototypes, and an end to loops.
    const noFiles = {
      readFile: none,
      readFileSync: none,
      existsSync: () => false,
      exists: async () => false,
      resolve: none,
    };
    const engine = new Liquid({
      ownPropertyOnly: true,
      strictFilters: true,
      fs: noFiles,
      renderLimit: 10_000,
      memoryLimit: 1e8,
    });
    try {
      return await engine.parseAndRender(input.text, input.data);
    } catch (error) {
      return fail(`the template cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
});

function none(): never {
  throw new Error("templates include no files");
}
