import { expect, test } from "vitest";
import { problemOf } from "../../../apps/web/src/api-error.ts";

test("A problem keeps the server's words, its code and its fields", async () => {
  const fields = [{ path: "input.url", message: "Expected a URL" }];
  const body = { code: "invalid_input", detail: "The input does not fit.", status: 422, fields };
  const error = await problemOf(Response.json(body, { status: 422 }));
  expect(error).toMatchObject({ status: 422, code: "invalid_input", message: "The input does not fit.", fields });
});

test("An answer that is no problem document is told by its status", async () => {
  const error = await problemOf(new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }));
  expect(error).toMatchObject({
    status: 502,
    code: "http_502",
    message: "The server answered 502 Bad Gateway.",
    fields: [],
  });
});
