import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LockedError } from "../../../apps/server/core/saved-session.ts";
import { createVault } from "../../../apps/server/store/vault.ts";

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-vault-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "secret.key");
}

test("A sealed text shows nothing, is never the same twice, and opens with the same key only", () => {
  const file = keyFile();
  const [one, two] = [
    createVault(file, null).seal("shop", "sïd=secret"),
    createVault(file, null).seal("shop", "sïd=secret"),
  ];
  expect(one).not.toBe(two);
  expect(Buffer.from(one.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("secret");
  expect(createVault(file, null).open("shop", one)).toBe("sïd=secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toMatch(/^[\w-]{43}\n$/);
});

test("A key of the environment takes the place of the file", () => {
  const file = keyFile();
  const secret = "0123456789abcdef0123456789abcdef";
  const sealed = createVault(file, secret).seal("shop", "x");
  expect(createVault(keyFile(), secret).open("shop", sealed)).toBe("x");
  expect(() => statSync(file)).toThrow(/ENOENT/);
});

test("Another key, another name and a changed text are told apart, and open nothing", () => {
  const vault = createVault(keyFile(), null);
  const sealed = vault.seal("shop", "x");
  expect(() => createVault(keyFile(), null).open("shop", sealed)).toThrow(
    /sealed with another key \(\w{8}; this server has \w{8}\)/,
  );
  expect(() => vault.open("bank", sealed)).toThrow(new LockedError('what was saved as "bank" is damaged'));
  expect(() => vault.open("shop", `${sealed.slice(0, -4)}AAAA`)).toThrow(/damaged/);
  expect(() => vault.open("shop", sealed.slice(0, 14))).toThrow(LockedError);
  expect(() => vault.open("shop", `2${sealed.slice(1)}`)).toThrow(/newer Ultravisor/);
});
