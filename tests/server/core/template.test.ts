import { describe, expect, test } from "vitest";
import { fillIn, hasTemplates, parseTemplate, referencesIn } from "../../../apps/server/core/template.ts";

const DATA = {
  pull: { output: { path: "/in/a.mkv", files: [{ "the name": "x", size: 3 }], none: null } },
  "make-it_2": { output: 7 },
  state: { mode: "off", "house/warm": true },
};

describe("a template", () => {
  test.each([
    ["${pull.output.path}", "/in/a.mkv"],
    ["${ pull.output.files[0].size }", 3],
    ['${pull.output.files[0]["the name"]}', "x"],
    ["${pull.output.files}", [{ "the name": "x", size: 3 }]],
    ["${pull.output.files.length}", 1],
    ["${pull.output.none}", null],
    ["${make-it_2.output}", 7],
    ["${state['house/warm']}", true],
  ])("alone in its text, `%s`, becomes the JSON value itself", (text, value) => {
    expect(fillIn(text, DATA)).toEqual(value);
  });

  test("inside other text is put in as text", () => {
    expect(fillIn("${make-it_2.output} of ${pull.output.files}!", DATA)).toBe('7 of [{"the name":"x","size":3}]!');
  });

  test("is filled in wherever it stands in an object or list", () => {
    expect(fillIn({ a: ["${state.mode}", 1], b: { c: "is ${state.mode}" } }, DATA)).toEqual({
      a: ["off", 1],
      b: { c: "is off" },
    });
  });

  test("with a doubled dollar is plain text", () => {
    expect(fillIn("$${HOME} is ${state.mode}", DATA)).toBe("${HOME} is off");
  });

  test("is not looked for in what was filled in", () => {
    expect(fillIn("${state.mode}", { state: { mode: "${pull.output.path}" } })).toBe("${pull.output.path}");
    expect(fillIn("a ${state.mode}", { state: { mode: "${pull.output.path}" } })).toBe("a ${pull.output.path}");
  });

  test.each([
    ["${pull.output.nope}", "${pull.output.nope} leads nowhere: pull.output is an object with path, files, none"],
    ["${pull.output.files[4]}", "${pull.output.files[4]} leads nowhere: pull.output.files is a list of 1"],
    ["${nope.output}", "${nope.output} leads nowhere: there is no such name"],
    ["${pull.output.none.x}", "${pull.output.none.x} leads nowhere: pull.output.none is null"],
    ["${state.constructor.name}", "${state.constructor.name} leads nowhere: state is an object with mode, house/warm"],
    ["${state.__proto__}", "${state.__proto__} leads nowhere: state is an object with mode, house/warm"],
  ])("that leads nowhere, `%s`, says how far it led", (text, message) => {
    expect(() => fillIn(text, DATA)).toThrow(message);
  });

  test.each([
    ["${}", 3],
    ["a ${pull.}", 10],
    ["${pull", 7],
    ["${pull.output[x]}", 14],
    ["${a + b}", 5],
    ["${a(1)}", 4],
    ['${a["\\q"]}', 4],
  ])("that is malformed, `%s`, is refused at position %i", (text, position) => {
    expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ name: "ExpressionError", position }));
  });

  test("tells what it names, and where", () => {
    expect(referencesIn({ list: ["x", "at ${pull.output}"] })).toEqual([
      { path: ["pull", "output"], at: ["list", 1], position: 6 },
    ]);
    expect([hasTemplates({ a: [1, "$x"] }), hasTemplates({ a: ["${x}"] })]).toEqual([false, true]);
  });
});
