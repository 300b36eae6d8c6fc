import { expect, test } from "vitest";
import { readRefresh } from "../../../../apps/server/browser/http/meta-refresh.ts";

test.each([
  ["0; url=/next", { address: "/next", isRedirect: true }],
  [".5;URL=next", { address: "next", isRedirect: true }],
  ["4.9.9, 'a b'", { address: "a b", isRedirect: true }],
  ['0 url = "x"', { address: "x", isRedirect: true }],
  ["0;\n url=\n/next", { address: "/next", isRedirect: true }],
  ["60; url=/later", { address: "/later", isRedirect: false }],
  ["0", null],
  ["; url=/next", null],
  ["soon; url=/next", null],
  ["", null],
])("A refresh of %j leads to %j", (content, expected) => {
  expect(readRefresh(content)).toEqual(expected);
});
