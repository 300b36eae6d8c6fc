import { describe, expect, test } from "vitest";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import type { TaskRunDraft } from "../../../apps/server/core/run-store.ts";
import { newCrawlMemory, sift } from "../../../apps/server/core/stops.ts";

const NOW = Date.UTC(2026, 10, 22);
const SITE = "https://a.example";
const MONTHS = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];

/** Follows the links of a site from its first page, as a crawl does: the paths that it takes. */
function crawled(first: string, linksOf: (path: string) => readonly string[], memory = newCrawlMemory()): string[] {
  const taken = new Set([first]);
  for (const path of taken) {
    const parent = { key: SITE + path, depth: 0, spec: { limits: { depth: 1e9 } } } as unknown as TaskRun;
    const fresh = linksOf(path).filter((link) => !taken.has(link));
    const drafts = fresh.map((link) => ({ key: SITE + link, task: "page" }) as TaskRunDraft);
    for (const { key } of sift(parent, drafts, memory, null, NOW).drafts) taken.add(key.slice(SITE.length));
  }
  return [...taken];
}

/** `/1969/12` → `/1969/11` */
function monthBefore(path: string): string {
  const [, year = 0, month = 0] = path.split("/").map(Number);
  return month === 1 ? `/${year - 1}/12` : `/${year}/${MONTHS[month - 2]}`;
}

const isMonth = (path: string): boolean => /^\/\d{4}\/\d\d$/.test(path);
const inLetters = (path: string): string =>
  path.replace(/\D/g, "").replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");

describe("Months before 1970 are taken", () => {
  const YEARS = Array.from({ length: 70 }, (_, n) => `/${1900 + n}`);

  test("where a page without a date lists their years, and where others of these years lead", () => {
    const paths = crawled("/archive", (path) => {
      if (path === "/archive") return YEARS;
      if (YEARS.includes(path)) return MONTHS.map((month) => `${path}/${month}`);
      return isMonth(path) && path > "/1900/01" ? [monthBefore(path), `${path}/15`, `${path}/16`] : [];
    });
    expect(paths.filter(isMonth)).toHaveLength(70 * 12);
    expect(paths.filter((path) => path.endsWith("/16")).length).toBeGreaterThanOrEqual(70 * 12 - 1);
  });

  test("where each leads to articles, though only the month after leads there", () => {
    const paths = crawled("/1972/01", (path) =>
      isMonth(path) && path > "/1900/01" ? [monthBefore(path), `${path}/15/fire-in-${inLetters(path)}`] : [],
    );
    expect(paths.filter(isMonth)).toHaveLength(72 * 12 + 1);
  });
});

describe("A calendar that goes back for ever is left soon before 1970", () => {
  test.each<[string, (month: string) => string[]]>([
    ["nothing", () => []],
    ["days", (month) => MONTHS.map((day) => `${month}/${day}`)],
    ["days and weeks", (month) => [...MONTHS.map((day) => `${month}/${day}`), `/week${month.slice(0, 5)}/49`]],
    ["events that come again each week", (month) => MONTHS.map((day) => `${month}/${day}/yoga-class`)],
    ["forms for events", (month) => MONTHS.map((day) => `/add?date=${month.slice(1).replace("/", "-")}-${day}`)],
  ])("when its months lead to %s", (_, views) => {
    const paths = crawled("/1972/01", (path) => (isMonth(path) ? [monthBefore(path), ...views(path)] : []));
    const months = paths.filter(isMonth);
    expect(months).toContain("/1969/01");
    expect(months).not.toContain("/1968/06");
  });

  test("when it was asked for by a page without a date, and lists years around its own", () => {
    const paths = crawled("/calendar", (path) => {
      const month = path === "/calendar" ? "/2026/11" : path;
      const year = Number(month.slice(1, 5));
      return isMonth(month) ? [monthBefore(month), `/${year - 20}/01`, `/${year + 20}/01`] : [];
    });
    expect(paths.filter((path) => isMonth(path) && path < "/1970").length).toBeLessThan(30);
  });
});

test("What two sites have in common proves nothing for the other", () => {
  const memory = newCrawlMemory();
  crawled("/archive", (path) => (path === "/archive" ? ["/1950/01"] : []), memory);
  const parent = { key: "https://b.example/1950/03", depth: 0, spec: { limits: { depth: 9 } } } as unknown as TaskRun;
  const drafts = Array.from({ length: 30 }, (_, n) => `https://b.example/${1950 - n}/02`);
  const { stops } = sift(
    parent,
    drafts.map((key) => ({ key, task: "page" }) as TaskRunDraft),
    memory,
    null,
    NOW,
  );
  expect(stops.length).toBeGreaterThanOrEqual(30 - 12 - 1);
});
