import { describe, expect, test } from "vitest";
import { code, lab } from "./runners.ts";

const BOOKS = `import { code, collection, z } from "ultravisor";
const books = collection("books", {
  schema: z.object({ isbn: z.string(), price: z.number().default(1) }), key: (book) => book.isbn });
export default code({ async run({ save, input }) { await save(input.byName ? "books" : books, input.record); } });
`;

describe("A record of a declared collection", () => {
  test.each([true, false])("is kept as its schema makes it, under its key (saved by name: %s)", async (byName) => {
    const { task, start } = await lab();
    const { outcome } = start(await task(BOOKS), {
      assignment: { input: { byName, record: { isbn: "1", extra: 1 } } },
    });
    expect(await outcome).toMatchObject({
      type: "succeeded",
      records: [{ collection: "books", key: "1", data: { isbn: "1", price: 1 } }],
    });
  });

  test.each([true, false])(
    "that does not fit fails the attempt for good, with the field (by name: %s)",
    async (byName) => {
      const { task, start } = await lab();
      const { outcome } = start(await task(BOOKS), { assignment: { input: { byName, record: { isbn: 7 } } } });
      expect(await outcome).toMatchObject({
        ...{ type: "failed", retryable: false },
        error: {
          code: "invalid_record",
          message: expect.stringMatching(/"books" does not fit its schema: isbn: .*string/),
        },
      });
    },
  );

  test("is checked also in a task that does not import the declaration", async () => {
    const schema = { type: "object", properties: { isbn: { type: "string" } }, required: ["isbn"] } as const;
    const { task, start } = await lab({ collections: () => [{ name: "books", schema }] });
    const { outcome } = start(await task(code(`await save("books", { title: "x" });`)));
    expect(await outcome).toMatchObject({ type: "failed", error: { code: "invalid_record" } });
  });

  test("may be checked by what has to be waited for", async () => {
    const { task, start } = await lab();
    const text = BOOKS.replace("z.string()", "z.string().refine(async (isbn) => isbn === '1', 'is unknown')");
    const spec = await task(text);
    const ask = (isbn: string) => start(spec, { assignment: { input: { record: { isbn } } } }).outcome;
    expect(await ask("1")).toMatchObject({ type: "succeeded", records: [{ key: "1" }] });
    expect(await ask("2")).toMatchObject({ type: "failed", error: { message: expect.stringContaining("is unknown") } });
  });
});

test.each(['"text"', '[1, { "a": null }]', "null", "0"])(
  "A record of any other collection may be %s",
  async (value) => {
    const { task, start } = await lab();
    const { outcome } = start(await task(code(`save("things", ${value});`)));
    expect(await outcome).toMatchObject({ records: [{ collection: "things", key: null, data: JSON.parse(value) }] });
  },
);

test("What is no JSON is refused with its place and the mend", async () => {
  const { task, start } = await lab();
  const { outcome } = start(await task(code(`await save("things", { at: new Date() });`)));
  expect(await outcome).toMatchObject({ type: "failed", error: { message: expect.stringContaining("toISOString") } });
});
