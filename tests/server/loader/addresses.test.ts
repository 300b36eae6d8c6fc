import { expect, test } from "vitest";
import { catalogOf } from "./folder.ts";

const task = (kind: string, input: string): string =>
  `import { ${kind}, z } from "ultravisor";\nexport default ${kind}({ input: z.object(${input}), run() {} });\n`;

/** What an address must not be; each says why. */
const BAD = [
  ["", "Invalid URL"],
  ["htp:/x", '"htp:" is not http: or https:'],
  ["file:///etc/passwd", '"file:" is not http: or https:'],
  ["javascript:alert(1)", '"javascript:" is not http: or https:'],
  ["data:text/html,x", '"data:" is not http: or https:'],
  ["view-source:http://a/", '"view-source:" is not http: or https:'],
  ["chrome://crash", '"chrome:" is not http: or https:'],
  ["http://a@b/", "it carries a user name or password"],
  [`http://a/${"x".repeat(1_000_000)}`, "it has 1000009 characters, at most 8192 are allowed"],
] as const;

test("A browser task refuses addresses that no browser may open, naming the field", async () => {
  const catalog = await catalogOf({
    "crawl.ts": task("browser", "{ url: z.url(), more: z.array(z.url()).default([]) }"),
  });
  for (const [url, why] of BAD) {
    await expect(catalog.parseInput("crawl", { url })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "input.url", message: expect.stringContaining(why) }],
    });
  }
  await expect(
    catalog.parseInput("crawl", { url: "http://a/", more: ["http://b/", "file:///c"] }),
  ).rejects.toMatchObject({
    fields: [{ path: "input.more[1]" }],
  });
});

test("A browser task takes addresses in any writing that browsers take", async () => {
  const catalog = await catalogOf({ "crawl.ts": task("browser", "{ url: z.url(), other: z.string().optional() }") });
  for (const url of [
    "http://münchen.example/",
    "HTTPS://A.example:8443/x?y#z",
    "http:\\\\a.example\\b",
    "http://[::1]/",
  ]) {
    await expect(catalog.parseInput("crawl", { url, other: "file:///etc" })).resolves.toMatchObject({ url });
  }
});

test("Other tasks take addresses of any kind", async () => {
  const catalog = await catalogOf({ "copy.ts": task("code", "{ url: z.url() }") });
  await expect(catalog.parseInput("copy", { url: "s3://bucket/key" })).resolves.toEqual({ url: "s3://bucket/key" });
});
