import { describe, expect, test } from "vitest";
import { safeFileName } from "../../../apps/server/core/file-name.ts";

describe("safeFileName", () => {
  test.each([
    ["report.pdf", "report.pdf"],
    ["Q&A (final) [2].tar.gz", "Q&A (final) [2].tar.gz"],
    ["Übersicht 日本語.pdf", "Übersicht 日本語.pdf"],
    ["two  spaces.txt", "two spaces.txt"],
  ])("keeps what an ordinary name %j says", (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  test.each([
    ["../../etc/cron.d/x", "x"],
    ["/etc/passwd", "passwd"],
    ["..%2f..%2fetc%2fshadow", "shadow"],
    ["C:\\Windows\\win.ini", "win.ini"],
    ["folder/", "folder"],
    ["a/..", "a"],
  ])("takes only the last part of the path %j", (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  test.each(["", ".", "..", "../..", "/", "   ", "...", "\0", "???", "\u202e", "%2e%2e"])(
    "calls %j, of which nothing is left, `file`",
    (name) => {
      expect(safeFileName(name)).toBe("file");
    },
  );

  test.each([
    [".bashrc", "bashrc"],
    ["...hidden.txt", "hidden.txt"],
    ["-rf", "rf"],
    ["~root.txt", "root.txt"],
    ["name.txt. . ", "name.txt"],
  ])("trims the edges of %j that a shell or a file system reads otherwise", (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  test.each(["CON", "con.txt", "Aux.pdf", "NUL", "COM1", "lpt9.doc", "com¹.txt"])(
    "prefixes %s, which Windows keeps for a device",
    (name) => {
      expect(safeFileName(name)).toBe(`_${name}`);
    },
  );

  test.each(["console.txt", "company.pdf", "com10.txt", "null.csv"])(
    "leaves %s, which only begins like a device",
    (name) => {
      expect(safeFileName(name)).toBe(name);
    },
  );

  test("replaces control characters, direction marks and signs with a meaning of their own", () => {
    expect(safeFileName('a\r\nb"c<d>e|f?g*h`i$j;k\u202egpj.exe')).toBe("a__b_c_d_e_f_g_h_i_j_k_gpj.exe");
  });

  test("reads what follows a NUL as the name, so that `x.pdf\\0.exe` does not pass for a PDF", () => {
    expect(safeFileName("x.pdf\0.exe")).toBe("exe");
  });

  test("cuts 5,000 characters to 200 bytes and keeps the extension", () => {
    const name = safeFileName(`${"ä".repeat(5000)}.pdf`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^ä{90,}\.pdf$/);
  });

  test("does not keep an extension that is long itself", () => {
    const name = safeFileName(`a.${"b".repeat(5000)}`);
    expect(Buffer.byteLength(name)).toBe(200);
  });

  test("keeps a name that is safe already as it is, however often it is asked", () => {
    for (const name of ["../x y.pdf", ".a", "CON", "ä".repeat(500), "a%2520b"]) {
      const once = safeFileName(name);
      expect(safeFileName(once)).toBe(once);
    }
  });
});
