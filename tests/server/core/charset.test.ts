import { expect, test } from "vitest";
import { decodeText } from "../../../apps/server/core/charset.ts";

const bytes = (text: string, encoding: BufferEncoding): Buffer => Buffer.from(text, encoding);

test.each<[string, Buffer, string | undefined, string]>([
  ["the header", bytes("\x80 ü", "latin1"), "text/html; charset=windows-1252", "€ ü"],
  ["a header in quotes and capitals", bytes("ü", "latin1"), 'text/html; Charset="ISO-8859-1"', "ü"],
  ["a mark before the header", bytes("\ufeffü", "utf8"), "text/html; charset=windows-1252", "ü"],
  ["a mark of UTF-16", bytes("\ufeffü", "utf16le"), undefined, "ü"],
  [
    "the header before the page's own word",
    bytes('<meta charset="utf-8">ü', "latin1"),
    "text/html; charset=latin1",
    '<meta charset="utf-8">ü',
  ],
  [
    "the page's own word",
    bytes("<meta charset=windows-1251>\xff", "latin1"),
    "text/html",
    "<meta charset=windows-1251>я",
  ],
  [
    "the page's own word in its older form",
    bytes('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">\xd1', "latin1"),
    undefined,
    '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">я',
  ],
  [
    "an XML declaration",
    bytes('<?xml version="1.0" encoding="iso-8859-2"?>\xb1', "latin1"),
    undefined,
    '<?xml version="1.0" encoding="iso-8859-2"?>ą',
  ],
  [
    "UTF-8 where the page claims UTF-16",
    bytes('<meta charset="utf-16">ü', "utf8"),
    undefined,
    '<meta charset="utf-16">ü',
  ],
  ["the header's own parameter", bytes("ü", "utf8"), 'text/html; note="a; charset=koi8-r"; charset=utf-8, x/y', "ü"],
  [
    "the page's own word, not one in a comment or in another meta",
    bytes(
      '<!-- <meta charset=koi8-r> --><meta name="x" content="charset=koi8-r"><meta charset=windows-1251>\xff',
      "latin1",
    ),
    undefined,
    '<!-- <meta charset=koi8-r> --><meta name="x" content="charset=koi8-r"><meta charset=windows-1251>я',
  ],
  [
    "the page's own word behind a long comment",
    bytes(`<!--${"x".repeat(2000)}--><meta charset=windows-1251>\xff`, "latin1"),
    undefined,
    `<!--${"x".repeat(2000)}--><meta charset=windows-1251>я`,
  ],
  ["UTF-8 when nothing is said and it fits", bytes("ü €", "utf8"), undefined, "ü €"],
  ["windows-1252 when nothing is said and UTF-8 does not fit", bytes("\x80 \xfc", "latin1"), undefined, "€ ü"],
  ["the next best when the label is unknown", bytes("ü", "utf8"), "text/html; charset=klingon", "ü"],
])("decodes by %s", (_rule, page, contentType, text) => {
  expect(decodeText(page, contentType)).toBe(text);
});
