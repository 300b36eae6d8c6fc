import { readFileSync } from "node:fs";
import { parse } from "@puppeteer/replay";
import { describe, expect, test } from "vitest";
import { catalogOf } from "./folder.ts";

const click = { type: "click", selectors: [["aria/Buy"], "#buy"], offsetX: 1, offsetY: 2 };
const flow = (more: object, ...steps: object[]): string =>
  JSON.stringify(
    { title: "Buy", ...more, steps: [{ type: "navigate", url: "https://shop.example/${input.city}" }, ...steps] },
    null,
    2,
  );

describe("A recorded flow in the tasks folder", () => {
  test("is a browser task with its title, its options, and an input of what it names", async () => {
    const change = { type: "change", selectors: ["#name"], value: "${input.name} ${HOME}" };
    const own = {
      triggers: [{ every: "1h", input: { name: "Ada", city: "Rome" } }],
      retry: { attempts: 3 },
      screenshot: true,
    };
    const catalog = await catalogOf({
      "shop/buy.json": flow({ ultravisor: { ...own, input: { city: { type: "string", default: "Rome" } } } }, change),
    });
    expect(catalog.problems()).toEqual([]);
    expect(catalog.get("shop/buy")).toMatchObject({
      kind: "browser",
      description: "Buy",
      path: "shop/buy.json",
      triggers: [{ every: 3_600_000 }],
      tasks: [{ spec: { fixtures: ["input", "page", "replay", "saveFile"], retry: { attempts: 3 } } }],
    });
    expect(await catalog.parseInput("shop/buy", { name: "Ada" })).toEqual({ name: "Ada", city: "Rome" });
    await expect(catalog.parseInput("shop/buy", {})).rejects.toMatchObject({ fields: [{ path: "input.name" }] });
  });

  test("is kept to the letter, as Recorder's own library reads it", async () => {
    const text = flow(
      { timeout: 900, ultravisor: { retry: { attempts: 2 } } },
      { ...click, unknown: { kept: [true] } },
    );
    const catalog = await catalogOf({ "buy.json": text });
    const { recording } = catalog.get("buy") ?? {};
    expect(recording).toEqual(JSON.parse(text));
    expect(parse(recording)).toEqual(parse(JSON.parse(text)));
  });

  test("may be any that the documentation shows", async () => {
    const page = readFileSync(new URL("../../../docs/recorded-flows.md", import.meta.url), "utf8");
    const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
    const catalog = await catalogOf(Object.fromEntries(blocks.map((text, index) => [`flow-${index}.json`, text])));
    expect(catalog.problems()).toEqual([]);
    expect(catalog.list()).toHaveLength(1);
    expect(blocks.map((text) => parse(JSON.parse(text)).steps.length)).toEqual([5]);
  });

  test.each([
    ["package.json", '{ "title": 1, "steps": [] }'],
    ["prices.json", '{ "a": 1 }'],
    ["broken.json", '{ "a": '],
    ["list.json", "[1]"],
    ["_part.json", '{ "title": "x", "steps": 1 }'],
  ])("is no other JSON file, such as %s", async (path, text) => {
    const catalog = await catalogOf({ [path]: text });
    expect([catalog.list(), catalog.problems()]).toEqual([[], []]);
  });

  test.each([
    ["an unknown type", flow({}, { type: "fly" }), 9, /^steps\[1\]\.type: step 2 \(fly\): /],
    [
      "a missing offset",
      flow({}, { ...click, offsetX: undefined }),
      8,
      /^steps\[1\]\.offsetX: step 2 \(click\): expected number, but it is missing/,
    ],
    ["no selector", flow({}, { ...click, selectors: [] }), 10, /^steps\[1\]\.selectors: step 2 \(click\): /],
    ["a timeout that Recorder refuses", flow({}, { ...click, timeout: 40_000 }), 18, /^steps\[1\]\.timeout: step 2/],
    ["an unknown option", flow({ ultravisor: { retries: 3 } }), 4, /^ultravisor\.retries: unknown key/],
    ["a wrong option", flow({ ultravisor: { timeout: "soon" } }), 4, /^ultravisor\.timeout: expected milliseconds/],
    ["code for an option", flow({ ultravisor: { run: "alert()" } }), 4, /^ultravisor\.run/],
    ["half a file", flow({}).slice(0, -9), 7, /^malformed JSON/],
  ])("with %s is refused, naming step and line", async (_, text, line, message) => {
    const catalog = await catalogOf({ "buy.json": text });
    expect(catalog.problems()).toMatchObject([{ path: "buy.json", line, message: expect.stringMatching(message) }]);
  });
});
