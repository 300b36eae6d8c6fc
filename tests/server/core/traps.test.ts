import { describe, expect, test } from "vitest";
import { newTrapMemory, trapSuspected } from "../../../apps/server/core/traps.ts";

const NOW = Date.UTC(2026, 10, 22);

/** How many of these addresses one crawl takes, and the last reason why not. */
function taken(addresses: Iterable<string>): { taken: number; refused: number; why: string | null } {
  const memory = newTrapMemory();
  const result = { taken: 0, refused: 0, why: null as string | null };
  for (const address of addresses) {
    const why = trapSuspected(address, memory, NOW);
    if (why === null) result.taken += 1;
    else Object.assign(result, { refused: result.refused + 1, why });
  }
  return result;
}

function* months(count: number, write: (year: number, month: number) => string, step = 1): Iterable<string> {
  for (let n = 0; n < count; n++) {
    const at = 2026 * 12 + 10 + n * step;
    yield write(Math.floor(at / 12), (at % 12) + 1);
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const two = (n: number): string => String(n).padStart(2, "0");
const NAMES = "january february march april may june july august september october november december".split(" ");

describe("A calendar", () => {
  test.each([
    ["/calendar/2026/11", (y: number, m: number) => `https://a.example/calendar/${y}/${m}`],
    ["/calendar/2026-11", (y: number, m: number) => `https://a.example/calendar/${y}-${two(m)}`],
    ["/events/202611", (y: number, m: number) => `https://a.example/events/${y}${two(m)}`],
    ["/11/2026", (y: number, m: number) => `https://a.example/${m}/${y}`],
    ["/november-2026", (y: number, m: number) => `https://a.example/${NAMES[m - 1]}-${y}`],
    ["?month=2026-11", (y: number, m: number) => `https://a.example/cal?month=${y}-${two(m)}`],
    ["?month=11&year=2026", (y: number, m: number) => `https://a.example/cal?month=${m}&year=${y}`],
    ["?date=2026-11-01", (y: number, m: number) => `https://a.example/cal?date=${y}-${two(m)}-01`],
    ["?start=(seconds)", (y: number, m: number) => `https://a.example/cal?start=${Date.UTC(y, m - 1) / 1000}`],
  ])("that goes on for ever as %s is left after three years", (_, write) => {
    const { taken: pages, why } = taken(months(1700, write));
    expect(pages).toBe(25 + 12);
    expect(why).toMatch(/a calendar without end: .* goes as far as 2[01]\d\d-\d\d/);
  });

  test("that goes back for ever is left soon after 1970", () => {
    const { taken: pages } = taken(months(900, (y, m) => `https://a.example/${y}/${m}`, -1));
    expect(pages).toBe((2026 - 1970) * 12 + 11 + 12);
  });

  test("with a page for every day is left no later", () => {
    const days = [...months(200, (y, m) => `https://a.example/day/${y}/${m}`)].flatMap((month) =>
      [1, 9, 17, 28].map((day) => `${month}/${day}`),
    );
    expect(taken(days).taken).toBe((25 + 12) * 4);
  });
});

describe("Sites of any size are no traps:", () => {
  const SITES: Readonly<Record<string, () => Iterable<string>>> = {
    "100,000 pages of documentation": () =>
      Array.from({ length: 100_000 }, (_, n) => `https://a.example/docs/v${n % 7}/chapter-${n % 300}/page-${n}.html`),
    "5,000 products under one template": () =>
      Array.from({ length: 5000 }, (_, n) => `https://a.example/product?category=${n % 9}&id=${n}&lang=en`),
    "5,000 products whose numbers could be years": () =>
      Array.from({ length: 5000 }, (_, n) => `https://a.example/shop/${n % 40}/${n}`),
    "an archive of 25 years": () => months(300, (y, m) => `https://a.example/news/${y}/${two(m)}/a-story`, -1),
    "a forum with pages of topics": () =>
      Array.from(
        { length: 20_000 },
        (_, n) => `https://a.example/viewtopic.php?f=${n % 20}&start=${(n % 9) * 15}&t=${Math.floor(n / 9)}`,
      ),
    "books with chapters and verses": () =>
      Array.from({ length: 1189 }, (_, n) => `https://a.example/bible?book=${n % 66}&chapter=${Math.floor(n / 66)}`),
    "documentation in 20 languages, 30 versions and 50 topics, the first of each left out": () =>
      range(20).flatMap((language) =>
        range(30).flatMap((version) =>
          range(50).map((topic) => {
            const parts = [language && `lang${language}`, version && `v${version}`, `topic-${topic}`];
            return `https://a.example/docs/${parts.filter(Boolean).join("/")}/overview`;
          }),
        ),
      ),
    "packages whose names come in any order": () =>
      Array.from({ length: 20_000 }, (_, n) => {
        const words = ["core", "util", "impl", "api", "model", "internal"];
        const at = (by: number) => words[Math.floor(n / by) % words.length];
        return `https://a.example/apidocs/${at(1)}/${at(6)}/${at(36)}/Class${n}.html`;
      }),
    "chapters, sections and pages, each with its number": () =>
      Array.from(
        { length: 8000 },
        (_, n) =>
          `https://a.example/book/chapter-${n % 20}/section-${Math.floor(n / 20) % 20}/page-${Math.floor(n / 400)}`,
      ),
    "folders of packages, whose names have two words wherever they stand": () => {
      const folders = ["core", "session", "query", "driver"].flatMap((a) =>
        ["sql", "node", "web"].map((b) => `${a}-${b}`),
      );
      const tree = (depth: number): string[] =>
        depth <= 0 ? [""] : folders.flatMap((name, n) => tree(depth - 1 - (n % 2)).map((rest) => `/${name}${rest}`));
      return tree(3).flatMap((folder, n) =>
        ["html", "txt"].map((ending) => `https://a.example/lib-${n % 5}${folder}/index-${n % 3}.${ending}`),
      );
    },
    "flights from each city to each other, and back": () =>
      range(100).flatMap((from) => range(100).map((to) => `https://a.example/flights/city${from}/city${to}/economy`)),
    "tiles of a map": () =>
      Array.from(
        { length: 8000 },
        (_, n) => `https://a.example/tiles/png/${n % 20}/${Math.floor(n / 20) % 20}/${Math.floor(n / 400)}`,
      ),
  };
  test.each(Object.keys(SITES))("%s", (name) => {
    expect(taken(SITES[name]?.() ?? [])).toMatchObject({ refused: 0, why: null });
  });
});

test("Filters of a shop are left when only their combinations grow", () => {
  const combined = Array.from({ length: 4000 }, (_, n) => {
    const [color, size, brand, sort] = [
      n % 10,
      Math.floor(n / 10) % 10,
      Math.floor(n / 100) % 10,
      Math.floor(n / 1000),
    ];
    return `https://a.example/shoes?brand=${brand}&color=${color}&size=${size}&sort=${sort}`;
  });
  expect(taken(combined)).toEqual({
    taken: 500,
    refused: 3500,
    why: "500 combinations of filters under a.example/shoes",
  });
});

test("Filters in one parameter are left, too, in whatever order they stand", () => {
  const values = range(12).map((n) => `value${n}`);
  const combined = values.flatMap((a) =>
    values.flatMap((b) => values.map((c) => `https://a.example/shoes?f=${a},${b},${c}`)),
  );
  expect(taken(combined)).toMatchObject({ taken: 500, why: "500 combinations of filters under a.example/shoes" });
});

describe("Filters in the path are left", () => {
  const FILTERS = ["color", "size", "brand", "sort", "price"].flatMap((name) => range(5).map((n) => `${name}-${n}`));
  const plain = range(25).map((n) => `value${String.fromCharCode(97 + n)}`);

  const nameOf = (filter: string): string => filter.split("-")[0] ?? "";

  /** Every page of a shop adds one filter more, wherever that is put. */
  function* shop(
    filters: readonly string[],
    write: (chosen: readonly string[]) => string,
    depth: number,
  ): Iterable<string> {
    let level: string[][] = [[]];
    for (let n = 0; n < depth; n++) {
      level = level.flatMap((chosen) =>
        filters.filter((one) => !chosen.some((other) => nameOf(other) === nameOf(one))).map((one) => [...chosen, one]),
      );
      for (const chosen of level) yield write(chosen);
    }
  }

  test.each([
    ["as they were chosen", FILTERS, (chosen: readonly string[]) => chosen.join("/")],
    ["as they were chosen, without a name", plain, (chosen: readonly string[]) => chosen.join("/")],
    ["in one part of the path", plain, (chosen: readonly string[]) => chosen.join(",")],
    [
      "in their own order",
      FILTERS,
      (chosen: readonly string[]) => chosen.toSorted((a, b) => FILTERS.indexOf(a) - FILTERS.indexOf(b)).join("/"),
    ],
  ])("when they stand %s", (_how, filters, write) => {
    const addresses = [
      ...new Set(shop(filters, (chosen) => `https://a.example/shop/${write(chosen)}`, filters === plain ? 3 : 4)),
    ];
    const { taken: pages, why } = taken(addresses);
    expect(pages).toBeLessThan(6000);
    expect(pages).toBeLessThan(addresses.length / 2);
    expect(why).toMatch(/filters in (its path|paths such as)/);
  });
});

test.each([
  ["https://a.example/a/b/a/b/a/b", null],
  ["https://a.example/a/b/a/b/a/b/a", '"a" 4 times in its path'],
  ["https://a.example/x/x/x/x", '"x" 4 times in its path'],
  ["no address/x/x/x/x/x", null],
])("%j is suspected because of %j", (key, why) => {
  expect(trapSuspected(key, newTrapMemory(), NOW)).toBe(why);
});

test("An address is suspected from 2,084 characters on", () => {
  const long = `https://a.example/${"y".repeat(2083 - "https://a.example/".length)}`;
  expect(trapSuspected(long, newTrapMemory(), NOW)).toBeNull();
  expect(trapSuspected(`${long}y`, newTrapMemory(), NOW)).toBe("an address of 2084 characters; 2083 are the most");
});
