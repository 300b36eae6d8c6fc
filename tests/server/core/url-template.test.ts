import { expect, test } from "vitest";
import { urlTemplate } from "../../../apps/server/core/url-template.ts";

test.each([
  ["https://a.example/product/77", "a.example/product/:n"],
  ["https://a.example:81/posts/2026-11-21/page-3.html", "a.example:81/posts/:date/page-:n.html"],
  ["https://a.example/u/0b0e7f1a-33a1-4c4e-8a53-0d6c1f7a9b11/x", "a.example/u/:id/x"],
  ["https://a.example/blob/deadbeef42", "a.example/blob/:id"],
  ["https://a.example/events/may-2031", "a.example/events/:month-:n"],
  ["https://a.example/may/be", "a.example/may/be"],
  ["https://a.example/feedback/facade", "a.example/feedback/facade"],
  ["https://a.example/list?sort=asc&page=3", "a.example/list?page&sort"],
])("%j has the template %j", (url, template) => {
  expect(urlTemplate(new URL(url))).toBe(template);
});
