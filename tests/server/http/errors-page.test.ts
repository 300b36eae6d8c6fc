import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ERROR_STATUS } from "../../../apps/server/core/errors.ts";
import { ROOT } from "./ports.ts";

const sections = readFileSync(join(ROOT, "docs/errors.md"), "utf8").split(/^### /m).slice(1);
const documented = Object.fromEntries(sections.map((section) => [section.split("\n", 1)[0], section]));

it("The page on errors explains every code, and no code that does not exist", () => {
  expect(Object.keys(documented).sort()).toEqual(Object.keys(ERROR_STATUS).sort());
});

it.each(Object.entries(ERROR_STATUS))("The page tells the status and the mend of %s", (code, status) => {
  expect(documented[code]).toContain(`Status ${status}.`);
  expect(documented[code]).toContain("**Mend**: ");
});
