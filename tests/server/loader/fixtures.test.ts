import { describe, expect, test } from "vitest";
import { fixturesOf } from "../../../apps/server/loader/fixtures.ts";

type Bag = Record<string, unknown>;
const use = (...values: unknown[]): unknown => values;

const FUNCTIONS: readonly (readonly [
  title: string,
  run: (...args: never[]) => unknown,
  names: readonly string[] | null,
])[] = [
  [
    "a method",
    {
      run({ page, input }: Bag) {
        use(page, input);
      },
    }.run,
    ["page", "input"],
  ],
  [
    "an async method",
    {
      async run({ page }: Bag) {
        use(page);
      },
    }.run,
    ["page"],
  ],
  ["a computed method", new Function("return { ['r(un']({ page }) {} }['r(un']")() as () => void, ["page"]],
  ["an arrow function", ({ visit, save }: Bag) => use(visit, save), ["visit", "save"]],
  ["an async arrow function", async ({ visit }: Bag) => use(visit), ["visit"]],
  [
    "a function expression",
    async function run({ log }: Bag) {
      use(log);
    },
    ["log"],
  ],
  ["renames and quoted names", ({ page: p, visit: v }: Bag) => use(p, v), ["page", "visit"]],
  [
    "defaults with brackets, commas and comments",
    ({
      page /* , no */ = [1, "},{"],
      input: [url, n = { a: 1 }] = [1],
      log,
    }: {
      page?: unknown;
      input?: unknown[];
      log?: unknown;
    }) => use(page, url, n, log),
    ["page", "input", "log"],
  ],
  ["no parameter", () => use(), []],
  ["an empty pattern", new Function("return ({}) => 1")() as () => number, []],
  ["a rest element", ({ page, ...rest }: Bag) => use(page, rest), null],
  ["a plain parameter", (context: Bag) => use(context), null],
  [
    "a plain parameter of a method",
    {
      run(context: Bag) {
        use(context);
      },
    }.run,
    null,
  ],
  ["a bound function", ((bag: Bag) => use(bag)).bind(null), null],
];

describe("fixtures", () => {
  test.each(FUNCTIONS)(
    "of %s are the names it destructures, or null when they cannot be told",
    (_title, run, names) => {
      expect(fixturesOf(run)).toEqual(names);
    },
  );

  test("of a single bare parameter are unknown", () => {
    expect(fixturesOf(new Function("return context => context.page")() as () => void)).toBeNull();
  });
});
