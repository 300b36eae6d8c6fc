/** `http`: one HTTP request; its answer is the output. */
import { browser, fail, z } from "../sdk/index.ts";
import { at } from "./look.ts";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const pairs = z.record(z.string(), text);
const input = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]).default("GET"),
  headers: pairs.default({}),
  /** Put behind the URL. */
  query: pairs.default({}),
  /** One of these is sent. */
  json: z.json().optional(),
  form: pairs.optional(),
  body: z.string().optional(),
  /** They win over what the server set; give those of an earlier request to stay signed in. */
  cookies: pairs.default({}),
  /** Statuses beside 2xx that are no failure. */
  accept: z.array(z.int()).default([]),
  /** Names for parts of the answer, such as `{ token: json.auth.token, next: headers.link }`. */
  capture: z.record(z.string(), z.string()).default({}),
  /** The name under which the body goes to the file store, in place of the output. */
  save: z.string().min(1).optional(),
});

export const short = "url";

export default browser({
  description: "One HTTP request",
  input,
  robots: "ignore",
  async run({ input: given, request, saveFile }) {
    const { json, form, body, capture, save } = given;
    if ([json, form, body].filter((part) => part !== undefined).length > 1)
      fail("expected one of json, form and body, got several");
    const url = new URL(given.url);
    for (const [name, value] of Object.entries(given.query)) url.searchParams.append(name, value);
    const answer = await request(url.href, {
      method: given.method,
      headers: { ...typeOf(given), ...given.headers, ...cookieHeader(given.cookies) },
      accept: given.accept,
      ...bodyOf(given),
    });
    const { bytes, text: answered, ...rest } = answer;
    if (save !== undefined) {
      const { name, sha256, size, type } = await saveFile(bytes, { name: save });
      return { ...rest, file: { name, sha256, size, type } };
    }
    const whole = { ...rest, body: answered, json: jsonOf(answered) };
    const captured = Object.entries(capture).map(([name, path]) => [name, at(whole, path) ?? null] as const);
    return { ...whole, captured: Object.fromEntries(captured) };
  },
});

type Given = z.infer<typeof input>;

function typeOf({ json, form }: Given): Record<string, string> {
  if (json !== undefined) return { "content-type": "application/json" };
  return form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
}

function bodyOf({ json, form, body }: Given): { readonly body?: string } {
  if (json !== undefined) return { body: JSON.stringify(json) };
  if (form !== undefined) return { body: new URLSearchParams(form).toString() };
  return body === undefined ? {} : { body };
}

function cookieHeader(cookies: Readonly<Record<string, string>>): Record<string, string> {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return cookie.length === 0 ? {} : { cookie: cookie.join("; ") };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
