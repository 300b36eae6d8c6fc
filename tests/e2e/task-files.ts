/** Task files of the end-to-end tests, by name; they lie in the server's tasks folder beside the examples. */

/** What an attacker would leave in every place where the UI shows data. */
export const MARKUP = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;

export const TASK_FILES: Readonly<Record<string, string>> = {
  // Waits until a file exists: so a test decides how long it runs.
  "gate.yaml": `
description: Wait at a gate
input:
  gate: string
  greeting: { type: string, default: hello }
timeout: 1m
shell: |
  echo "$INPUT_GREETING from the gate"
  echo "this is the other stream" >&2
  while [ ! -e "$INPUT_GATE" ]; do sleep 0.05; done
  echo "through the gate"
`,

  "hostile.ts": `
import { code, z } from "ultravisor";
const MARKUP = ${JSON.stringify(MARKUP)};
export default code({
  description: "Hostile data " + MARKUP,
  input: z.object({ title: z.string().default(MARKUP) }),
  async run({ input, log, save, saveFile, state, report }) {
    log("a page is called " + MARKUP);
    await save("hostile", { title: input.title, link: "javascript:alert(3)", good: "https://example.com/?a=1" });
    await saveFile("<script>alert(4)</script>", { name: "page.html", type: "text/html" });
    await state.set("hostile <b>key</b>", MARKUP);
    report({ markup: MARKUP });
    return { markup: MARKUP };
  },
});
`,

  // More than a page of subtasks, of which one fails.
  "family.ts": `
import { code, fail, z } from "ultravisor";
export default code({
  description: "Start 150 subtasks",
  input: z.object({ child: z.int().default(0) }),
  async run({ input, spawn, log }) {
    if (input.child === 7) fail("the seventh child always fails");
    if (input.child > 0) return { child: input.child };
    log("starting the children");
    const children = Array.from({ length: 150 }, (_, index) => ({ child: index + 1 }));
    await spawn(children, { key: ({ child }) => "child " + child });
    return { children: children.length };
  },
});
`,

  // One of its four subtasks fails at its first attempt, which is tolerated.
  "forgiving.ts": `
import { code, fail, z } from "ultravisor";
export default code({
  input: z.object({ child: z.int().default(0) }),
  toleratedFailures: "25%",
  async run({ input, spawn, task }) {
    if (input.child === 2 && task.attempt === 1) fail("the second child fails at first");
    if (input.child === 0) await spawn([1, 2, 3, 4].map((child) => ({ child })), { key: ({ child }) => "child " + child });
  },
});
`,

  "ask.yaml": `
description: Publish what was built
input: { version: string }
flow: build; ask; publish
tasks:
  build: { shell: 'echo "$INPUT_VERSION"' }
  ask:
    approval:
      message: "Publish \${build.output}?"
      ask: { copies: { type: integer, default: 1 } }
  publish: { shell: 'echo "$INPUT_COPIES copies"', with: { copies: "\${ask.output.copies}" } }
`,

  // Fails while the word is wrong.
  "steps.yaml": `
description: Three steps, the second of which wants the right word
input: { word: string }
flow: first; second; third
tasks:
  first: { shell: date +%N }
  second: { shell: 'test "$INPUT_WORD" = right && echo "the word is $INPUT_WORD"' }
  third: { shell: echo done }
`,

  "shop.ts": `
import { browser, z } from "ultravisor";
export default browser({
  description: "Sign in to a shop, and stay signed in",
  session: "shop-ada",
  input: z.object({ url: z.url() }),
  async run({ input, visit }) {
    return { title: (await visit(input.url)).title };
  },
});
`,

  "broken.yaml": `description: A task file with a mistake
shell: echo never
triggers: [{ cron: "61 * * * *" }]
`,
};
