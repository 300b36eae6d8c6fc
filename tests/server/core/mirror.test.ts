import { expect, test } from "vitest";
import { keptHeaders, keptRequest } from "../../../apps/server/core/mirror.ts";

test("A request is kept with what tells no secret, and with the names of the rest", () => {
  const headers = [
    ["host", "a"],
    ["Accept-Language", "de"],
    ["Sec-Fetch-Mode", "navigate"],
    ["if-none-match", '"1"'],
    ["Cookie", "s=1"],
    ["authorization", "Basic x"],
    ["proxy-authorization", "Basic x"],
    ["x-api-key", "k"],
    ["accept-token", "k"],
  ] as const;
  const kept = keptRequest({ method: "GET", headers });
  expect(kept.headers.slice(0, 4)).toEqual(headers.slice(0, 4));
  expect(kept.headers.slice(4)).toEqual(headers.slice(4).map(([name]) => [name, "(left out)"]));
});

test("What an answer said of a part is not taken for what it says of the whole", () => {
  const headers = [
    ["Content-Range", "bytes 5-9/10"],
    ["Content-Length", "5"],
    ["ETag", '"1"'],
  ] as const;
  expect(keptHeaders(headers, false)).toEqual(headers);
  expect(keptHeaders(headers, false, true)).toEqual([
    ["X-Archive-Orig-Content-Range", "bytes 5-9/10"],
    ["X-Archive-Orig-Content-Length", "5"],
    ["ETag", '"1"'],
  ]);
});
