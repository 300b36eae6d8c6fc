import { describe, expect, test } from "vitest";
import { Looks, lookOf } from "../../../../apps/server/browser/document/look.ts";

const page = (path: string, html: string) => lookOf({ url: `https://a.example${path}`, html });

describe("Two pages look the same", () => {
  test.each([
    ["where links lead", "/a", '<p>Text</p><a href="/b">on</a>', "/b", '<p>Text</p><a class="x" href="/c">on</a>'],
    [
      "where forms lead",
      "/a",
      '<form action="/x?s=1"><input value="1">',
      "/b",
      '<form action="/x?s=2"><input value="2">',
    ],
    [
      "the id in their own address",
      "/v/8f3a9c21/page",
      "<p>Visitor 8f3a9c21</p>",
      "/v/77b0c3d4/page",
      "<p>Visitor 77b0c3d4</p>",
    ],
    [
      "the number of their visit",
      "/?t=1763800000001",
      "<p>1763800000001</p>",
      "/?t=1763800000002",
      "<p>1763800000002</p>",
    ],
  ])("when they differ only in %s", (_what, url, html, other, otherHtml) => {
    expect(page(url, html)).toBe(page(other, otherHtml));
  });
});

describe("Two pages look different", () => {
  test.each([
    ["their text", "/a", "<p>One</p>", "/b", "<p>Two</p>"],
    ["a number, though it is in their address", "/a/17", "<p>Article 17</p>", "/a/18", "<p>Article 18</p>"],
    ["a picture", "/g/1", '<img src="1.jpg">', "/g/2", '<img src="2.jpg">'],
    ["an id that is not their own", "/a", "<p>8f3a9c21</p>", "/b", "<p>77b0c3d4</p>"],
  ])("when they differ in %s", (_what, url, html, other, otherHtml) => {
    expect(page(url, html)).not.toBe(page(other, otherHtml));
  });
});

test("A script that visits page after page has no look", () => {
  const looks = new Looks();
  expect(looks.sum()).toBeNull();
  const shown = { url: "https://a.example/", html: "<p>1</p>" };
  looks.note(shown);
  looks.note(shown);
  expect(looks.sum()).toBe(lookOf(shown));
  for (let n = 0; n < 5; n++) looks.note({ url: `https://a.example/${n}`, html: "<p>1</p>" });
  expect(looks.sum()).toBeNull();
});
