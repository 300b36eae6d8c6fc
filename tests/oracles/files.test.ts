/** Facts of Ultravisor about files that tasks read and write (oracles, section U.e). */
import { describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

const PNG = [137, 80, 78, 71, 13, 10, 26, 10];
const PNG_TEXT = Buffer.from(PNG).toString("base64");

const house = oracle(
  {
    "json.yaml": `flow: write; read
tasks:
  write: { write-file: { path: data.json, data: { greeting: hello, count: 42 } } }
  read: { read-file: data.json }
`,
    "nested.yaml": `flow: write; list
tasks:
  write: { write-file: { path: deep/nested/dir/data.json, data: { greeting: hello } } }
  list: { list-files: { pattern: "**/*.json" } }
`,
    "outside.yaml": `input: { path: string }
tasks:
  read: { read-file: { path: "\${input.path}", as: text } }
  write: { write-file: { path: "\${input.path}", data: "no" } }
  list: { list-files: { path: "\${input.path}" } }
`,
    "missing.yaml": `tasks:
  list: { list-files: { path: no/such/folder } }
  read: { read-file: no-such-file.txt }
`,
    "binary.yaml": `flow: text; from-text || bytes; from-bytes; size
tasks:
  text: { write-file: { path: a.png, data: "${PNG_TEXT}", as: base64 } }
  bytes: { write-file: { path: b.png, data: [${PNG.join(", ")}], as: base64, keep: true } }
  from-text: { read-file: { path: a.png, as: base64 } }
  from-bytes: { read-file: { path: b.png, as: base64 } }
  size: { list-files: { pattern: b.png } }
`,
    "persist.yaml": `tasks:
  keep: { state: { key: kept, set: { greeting: hello } } }
`,
  },
  {
    broken: {
      "no-path.yaml": "tasks:\n  a: { write-file: { data: 1 } }\n",
      "no-data.yaml": "tasks:\n  a: { write-file: { path: a.txt } }\n",
    },
  },
);

describe("a file", () => {
  it("holds as JSON what was written, and gives back the same", async () => {
    const { tasks } = await house.run("json");
    expect(tasks.read).toMatchObject({ state: "succeeded", output: { greeting: "hello", count: 42 } });
  });

  it("gets the folders that it lies in", async () => {
    const { tasks } = await house.run("nested");
    expect(tasks.list?.output).toMatchObject([{ path: "deep/nested/dir/data.json" }]);
  });

  it("needs a path and data", async () => {
    expect(await house.refused("no-path.yaml")).toMatchObject([{ message: expect.stringContaining("path") }]);
    expect(await house.refused("no-data.yaml")).toMatchObject([{ message: expect.stringContaining("data") }]);
  });

  it.each(["../../etc/passwd", "/etc/passwd", "a/../../../etc/passwd"])(
    "outside of the run's folder is out of reach: %s",
    async (path) => {
      const { tasks } = await house.run("outside", { path });
      for (const name of ["read", "write", "list"])
        expect(tasks[name]).toMatchObject({ state: "failed", reason: "error" });
    },
  );

  it("or folder that is not there is an error which names it", async () => {
    const { tasks } = await house.run("missing");
    expect(tasks.list).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("no/such/folder") },
    });
    expect(tasks.read).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("no-such-file.txt") },
    });
  });

  it("takes bytes as base64 or as a list, and gives them back as base64", async () => {
    const { run, tasks } = await house.run("binary");
    expect(tasks["from-text"]?.output).toBe(PNG_TEXT);
    expect(tasks["from-bytes"]?.output).toBe(PNG_TEXT);
    expect(tasks.size?.output).toMatchObject([{ path: "b.png", size: 8 }]);
    const { items } = await house.server.get<{ items: readonly object[] }>(`/runs/${run.id}/files`);
    expect(items).toContainEqual(expect.objectContaining({ name: "b.png", size: 8, type: "image/png" }));
  });
});

describe("a value that is to last", () => {
  it("is kept as state under its key", async () => {
    await house.run("persist");
    expect(await house.ask("GET", "/state/kept")).toMatchObject({
      status: 200,
      body: { value: { greeting: "hello" } },
    });
  });
});
