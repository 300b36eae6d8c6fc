import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../../../apps/server/browser/chromium/chromium.ts";

describe("findChromium", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ultravisor-chromium-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("finds one on this machine that runs", async () => {
    const chromium = await findChromium();
    expect(execFileSync(chromium?.path ?? "", ["--no-sandbox", "--version"], { encoding: "utf8" })).toMatch(/Chrom/);
  });

  test("takes the path it is given before any other", async () => {
    const path = join(folder, "my-chromium");
    await writeFile(path, "#!/bin/sh\n", { mode: 0o755 });
    expect(await findChromium({ explicit: path })).toMatchObject({ path });
  });

  test("looks behind a wrapper, so that what is killed is the browser itself", async () => {
    const program = join(folder, "real-chromium");
    const wrapper = join(folder, "wrapper");
    await writeFile(program, "a program", { mode: 0o755 });
    await writeFile(wrapper, `#!/bin/sh -e\n\n${program} "$@"\n`, { mode: 0o755 });
    expect(await findChromium({ explicit: wrapper })).toMatchObject({ path: program });
  });

  test.each(["missing", "not-executable"])("names a configured path that is %s, and looks no further", async (name) => {
    const path = join(folder, name);
    if (name === "not-executable") await writeFile(path, "", { mode: 0o600 });
    await expect(findChromium({ explicit: path })).rejects.toMatchObject({
      code: "browser_missing",
      message: expect.stringContaining(path),
    });
  });

  test.runIf(process.getuid?.() === 0)("gives up the sandbox as root, where Chromium cannot keep it", async () => {
    expect(await findChromium()).toMatchObject({ sandbox: false });
  });
});
