import { expect, it } from "vitest";
import { addressFault, addressFaults } from "../../../apps/server/core/web-address.ts";

it.each([
  ["https://example.com/a?b=c", null],
  ["/a", "not an absolute URL"],
  ["javascript:alert(1)", '"javascript:" is not http: or https:'],
  ["https://user:secret@example.com", "user name or password"],
  [`https://example.com/${"x".repeat(8200)}`, "characters, at most 8192"],
])("The address %.40s has the fault %j", (text, fault) => {
  if (fault === null) expect(addressFault(text)).toBeNull();
  else expect(addressFault(text)).toContain(fault);
});

it("An input is searched for addresses as deep as its schema tells of them", () => {
  const uri = { type: "string", format: "uri" } as const;
  const schema = { properties: { url: uri, name: { type: "string" }, more: { items: { properties: { link: uri } } } } };
  const input = {
    url: "https://example.com",
    name: "file:///x",
    more: [{ link: "file:///etc/passwd" }, { link: "http://a" }],
  };
  expect(addressFaults(schema, input)).toMatchObject([{ path: "input.more[0].link" }]);
});
