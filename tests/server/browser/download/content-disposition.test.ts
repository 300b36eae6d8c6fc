import { expect, test } from "vitest";
import { dispositionName } from "../../../../apps/server/browser/download/content-disposition.ts";

test.each([
  ['attachment; filename="report.pdf"', "report.pdf"],
  ["attachment; filename=report.pdf", "report.pdf"],
  ["ATTACHMENT; FileName = report.pdf ; size=3", "report.pdf"],
  ['attachment; filename="a\\"b;c.pdf"', 'a"b;c.pdf'],
  ["attachment; filename*=UTF-8''%e2%82%ac%20rates.csv", "€ rates.csv"],
  ["attachment; filename*=iso-8859-1'en'%A3.txt", "£.txt"],
  ["attachment; filename=\"plain.txt\"; filename*=UTF-8''better.txt", "better.txt"],
  ["attachment; filename*=UTF-8''better.txt; filename=plain.txt", "better.txt"],
  ["attachment; filename*=UTF-8''%ff; filename=plain.txt", "plain.txt"],
  ["attachment; filename*=none''x; filename=plain.txt", "plain.txt"],
  [`attachment; filename="${Buffer.from("prüfung.pdf").toString("latin1")}"`, "prüfung.pdf"],
  [`attachment; filename="pr\xfcfung.pdf"`, "prüfung.pdf"],
  ["attachment; filename=annual report.pdf; size=3", "annual report.pdf"],
  ["attachment; filename*=UTF-8''100%; filename=plain.txt", "plain.txt"],
  ["attachment; filename*=UTF-8''a%2", null],
  ['attachment; filename="cut off', null],
  ["inline", null],
  ["attachment; filename=", null],
  ["attachment; filename*=UTF-8''", null],
  ["", null],
  [undefined, null],
])("the name in %j is %j", (header, name) => {
  expect(dispositionName(header)).toBe(name);
});
