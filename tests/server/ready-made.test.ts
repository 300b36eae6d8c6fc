import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

interface Task {
  readonly task: string;
  readonly state: string;
  readonly reason: string;
  readonly output: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function serve(files: Readonly<Record<string, string>>): Promise<TestServer> {
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tasks, name), text);
  const server = await startServer({ tasks });
  expect(await server.get("/tasks")).toMatchObject({ problems: [] });
  return server;
}

async function outputs(server: TestServer, operation: string, input: object = {}): Promise<Record<string, Task>> {
  const { id } = await server.post<{ id: string }>("/runs", { operation, input });
  await server.finished(id);
  const { items } = await server.get<{ items: readonly Task[] }>(`/runs/${id}/tasks?parent=none&limit=100`);
  return Object.fromEntries(items.map((item) => [item.task, item]));
}

/** Answers with what it was asked, and sets cookies on `/login`. */
async function api(): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/gone") return void response.writeHead(404).end();
      if (request.url === "/away") return void response.writeHead(302, { location: "http://[::1]:9/" }).end();
      if (request.url === "/login") response.setHeader("set-cookie", ["token=xyz789; Path=/", "theme=dark; Path=/"]);
      response.setHeader("content-type", "application/json").setHeader("x-auth-token", "t-1");
      const { method, url, headers } = request;
      const body = Buffer.concat(chunks).toString();
      response.end(
        JSON.stringify({
          greeting: "hello",
          method,
          url,
          cookie: headers.cookie ?? null,
          type: headers["content-type"],
          body,
        }),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("ready-made tasks in a YAML file", () => {
  test("read, change and write files of every format below the run's folder, and nowhere else", async () => {
    const server = await serve({
      "files.yaml": `flow: csv; (rows; json; list) || (xml; xml-read) || lines || up
tasks:
  csv: { write-file: { path: deep/nested/people.csv, data: [{ Name: Alice, Age: 30 }, { Name: Bob, Age: 25 }] } }
  rows: { read-file: deep/nested/people.csv }
  json: { write-file: { path: people.json, data: "\${rows.output}", keep: true } }
  list: { list-files: { pattern: "**/*.{csv,json}" } }
  xml: { write-file: { path: a.xml, data: { a: { "@id": "1", b: ["x", "y"] } } } }
  xml-read: { read-file: { path: a.xml } }
  lines: { match-lines: { text: "apple 10\\nbanana\\ncherry 30", pattern: "(\\\\w+)\\\\s+(\\\\d+)" } }
  up: { read-file: ../../etc/passwd }
`,
    });
    const tasks = await outputs(server, "files");
    expect(tasks.rows?.output).toEqual([
      { Name: "Alice", Age: "30" },
      { Name: "Bob", Age: "25" },
    ]);
    expect(tasks.list?.output).toMatchObject([{ path: "deep/nested/people.csv" }, { path: "people.json" }]);
    expect(tasks["xml-read"]?.output).toEqual({ a: { "@id": "1", b: ["x", "y"] } });
    expect(tasks.lines?.output).toMatchObject([
      { index: 0, match: true, groups: ["apple", "10"] },
      { match: false, text: null, groups: [] },
      {},
    ]);
    expect(tasks.up).toMatchObject({ state: "failed", error: { message: expect.stringContaining("etc/passwd") } });
  });

  test("ask an API with cookies, captured values, JSON and a query, and nobody whom only an answer names", async () => {
    const url = await api();
    const server = await serve({
      "ask.yaml": `input: { url: string }
flow: login; (again || lost || away || save)
tasks:
  login: { http: { url: "\${input.url}/login", method: POST, json: { user: me }, capture: { token: headers.x-auth-token, said: json.greeting } } }
  again: { http: { url: "\${input.url}/data", query: { page: 2 }, cookies: "\${login.output.cookies}" } }
  lost: { http: "\${input.url}/gone" }
  away: { http: "\${input.url}/away" }
  save: { save: { collection: answers, key: greeting, records: "\${login.output.json}" } }
`,
    });
    const tasks = await outputs(server, "ask", { url });
    expect(tasks.login?.output).toMatchObject({
      ...{ status: 200, cookies: { token: "xyz789", theme: "dark" }, captured: { token: "t-1", said: "hello" } },
      json: { method: "POST", type: "application/json", body: '{"user":"me"}' },
    });
    expect(tasks.again?.output).toMatchObject({ json: { url: "/data?page=2", cookie: "token=xyz789; theme=dark" } });
    expect(tasks.lost).toMatchObject({ state: "failed", error: { code: "not_found" } });
    expect(tasks.away).toMatchObject({ state: "failed", error: { code: "egress_denied" } });
    expect(await server.get("/data/answers")).toMatchObject({ items: [{ key: "hello" }] });
  });

  test("divide into pages, collect, fill in a template, keep state, wait and start other operations", async () => {
    const server = await serve({
      "other.yaml": "input: { n: integer }\nshell: echo $INPUT_N\n",
      "mixed.yaml": `flow: pages; page; ids; text || set; add || pause || other
tasks:
  pages: { pages: { count: 7, size: 3 } }
  page: { shell: 'echo "offset=$(echo "$INPUT_ITEM" | jq .offset) of $(echo "$INPUT_ITEM" | jq .total)"', each: "\${pages.output}" }
  ids: { collect: { from: [[{ d: { id: A } }, { d: { id: B } }], [{ d: { id: A } }, {}]], value: d.id, unique: true } }
  text: { template: { text: "{% for id in ids %}<{{ id | downcase }}>{% endfor %}", data: { ids: "\${ids.output}" } } }
  set: { state: { key: house, set: { temperature: 20 } } }
  add: { state: { key: count, add: 2 } }
  pause: { wait: 20ms }
  other: { start: { operation: other, input: { n: 4 } } }
`,
    });
    const tasks = await outputs(server, "mixed");
    expect(tasks.pages?.output).toMatchObject([{ offset: 0, total: 3 }, { offset: 3 }, { offset: 6, count: 1 }]);
    expect(tasks.ids?.output).toEqual(["A", "B"]);
    expect(tasks.text?.output).toBe("<a><b>");
    expect(tasks.add?.output).toBe(2);
    expect(tasks.pause?.state).toBe("succeeded");
    const other = tasks.other?.output as { run: string } | undefined;
    expect(await server.finished(other?.run ?? "")).toMatchObject({ name: "other", state: "succeeded" });
  });
});
