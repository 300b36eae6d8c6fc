/** Facts of Ultravisor about requests to an API (oracles, section U.i). */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

let url = "";
const api = createServer((request, response) => {
  if (request.url === "/cookies") response.setHeader("set-cookie", ["token=xyz789; Path=/", "theme=dark; Path=/"]);
  response.setHeader("content-type", "application/json").setHeader("x-auth-token", "from-header");
  const { method, headers } = request;
  response.end(JSON.stringify({ greeting: "hello", method, Token: "from-body", cookie: headers.cookie ?? null }));
});

beforeAll(async () => {
  await new Promise<void>((done) => api.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterAll(() => void api.close());

const house = oracle({
  "get.yaml": 'input: { url: string }\ntasks:\n  get: { http: "${input.url}/greeting" }\n',
  "cookies.yaml": `input: { url: string }
flow: login; (same || others || none)
tasks:
  login: { http: "\${input.url}/cookies" }
  same: { http: { url: "\${input.url}", cookies: "\${login.output.cookies}" } }
  others: { http: { url: "\${input.url}", cookies: { token: mine, theme: "\${login.output.cookies.theme}" } } }
  none: { http: "\${input.url}" }
`,
  "capture.yaml": `input: { url: string }
flow: login; next
tasks:
  login: { http: { url: "\${input.url}", capture: { Token: json.Token, AuthToken: headers.x-auth-token } } }
  next: { http: { url: "\${input.url}", cookies: "\${login.output.captured}" } }
`,
});

describe("a request", () => {
  it("puts out the status, the body, and what the body holds", async () => {
    const { tasks } = await house.run("get", { url });
    const json = { greeting: "hello", method: "GET", Token: "from-body", cookie: null };
    expect(tasks.get?.output).toMatchObject({ status: 200, body: JSON.stringify(json), json });
  });

  it("keeps the cookies that it was given for those that are sent them, and for no others", async () => {
    const { tasks } = await house.run("cookies", { url });
    expect(tasks.login?.output).toMatchObject({ cookies: { token: "xyz789", theme: "dark" } });
    const sent = (name: string) =>
      (tasks[name]?.output as { json?: { cookie: string | null } } | undefined)?.json?.cookie;
    expect({ same: sent("same"), others: sent("others"), none: sent("none") }).toEqual({
      same: "token=xyz789; theme=dark",
      others: "token=mine; theme=dark",
      none: null,
    });
  });

  it("takes a token from the body or from a header, to be sent with the next one", async () => {
    const { tasks } = await house.run("capture", { url });
    expect(tasks.login?.output).toMatchObject({ captured: { Token: "from-body", AuthToken: "from-header" } });
    expect(tasks.next?.output).toMatchObject({ json: { cookie: "Token=from-body; AuthToken=from-header" } });
  });
});
