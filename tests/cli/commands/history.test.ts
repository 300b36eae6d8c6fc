import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FileDraft } from "../../../apps/server/core/execution.ts";
import { makeServer, type Script, type TestServer } from "../../server/http/ports.ts";
import { type CommandLine, commandsFor } from "../command-line.ts";

const talk: Script = async (_assignment, host) => {
  for (let line = 0; line < 520; line += 1)
    host.log({ stream: "stdout", level: "info", time: 0, text: `line ${line}` });
  return { records: [{ collection: "pages", key: null, data: { title: "=1+1", price: 5 } }] };
};

async function make(
  scripts: Record<string, Script> = { talk },
): Promise<{ server: TestServer; ultravisor: CommandLine }> {
  const server = await makeServer({ scripts });
  return { server, ultravisor: commandsFor(server.url) };
}

describe("Runs", () => {
  it("are listed in columns, and as JSON", async () => {
    const { server, ultravisor } = await make();
    const id = await server.run("talk");
    const { code, stdout } = await ultravisor("runs");
    const [headings = "", row = ""] = stdout.split("\n");
    expect(row).toMatch(new RegExp(`^${id.slice(-8)}  talk  succeeded  api  `));
    expect(row.indexOf("succeeded")).toBe(headings.indexOf("STATE"));
    expect(JSON.parse((await ultravisor("runs", "--json", "--status", "succeeded")).stdout)).toMatchObject({
      items: [{ id }],
      next: null,
    });
    expect(code).toBe(0);
  });

  it("are found by a beginning or an end of their id, when no other has it", async () => {
    const { server, ultravisor } = await make();
    const id = await server.run("talk");
    for (const text of [id, id.slice(-6), id.slice(0, 13)]) {
      expect(JSON.parse((await ultravisor("show", text, "--json")).stdout)).toMatchObject({ id });
    }
    const other = await server.run("talk");
    expect(other.slice(0, 8)).toBe(id.slice(0, 8));
    const ambiguous = await ultravisor("show", id.slice(0, 8));
    expect([ambiguous.code, ambiguous.stderr]).toEqual([2, expect.stringContaining("2 runs have such an id")]);
    expect((await ultravisor("show", "ffffffff")).stderr).toContain("No recent run has an id");
    expect((await ultravisor("show", "00000000-0000-7000-8000-000000000000")).stderr).toContain("No run has the id");
  });

  it("are shown with their task runs and what went wrong", async () => {
    const fail: Script = async () => {
      throw new Error("the page is gone");
    };
    const { server, ultravisor } = await make({ fail });
    const { stdout } = await ultravisor("show", await server.run("fail", { url: "x" }));
    expect(stdout).toContain("state    failed (task_failed)");
    expect(stdout).toContain('input    {"url":"x"}');
    expect(stdout).toMatch(/fail +failed \(error\) +1 .*the page is gone/);
    const manifest = await ultravisor("show", (await server.run("fail")).slice(-8), "--manifest");
    expect(JSON.parse(manifest.stdout)).toMatchObject({ tasks: [{ task: "fail" }], logs: [], files: [] });
  });

  it("are shown with what served their pages, and why", async () => {
    const visit: Script = async () => {
      const kind = { pattern: "site.example/docs/*.html", tier: "http", why: "no_scripts", pages: 7 } as const;
      return { usage: { cpuMs: 1, peakMemoryBytes: 1, tiers: { http: 7, browser: 0, served: [kind] } } };
    };
    const { server, ultravisor } = await make({ visit });
    const { stdout } = await ultravisor("show", await server.run("visit"));
    expect(stdout).toContain("pages    7 over HTTP, 0 in Chromium");
    expect(stdout).toMatch(/^7 +http +no scripts +site\.example\/docs\/\*\.html$/m);
  });

  it("print their log whole, or follow it until they end", async () => {
    const { server, ultravisor } = await make();
    const id = await server.run("talk");
    for (const words of [
      ["logs", id],
      ["logs", id, "-f"],
    ]) {
      const lines = (await ultravisor(...words)).stdout.trimEnd().split("\n");
      expect(lines).toHaveLength(520);
      expect(lines[519]).toMatch(/ line 519$/);
    }
    const json = (await ultravisor("logs", id, "--json")).stdout.trimEnd().split("\n");
    expect(JSON.parse(json[0] ?? "")).toMatchObject({ run: id, text: "line 0" });
  });

  it("are retried and cancelled, unless it is too late", async () => {
    let broken = true;
    const flaky: Script = async () => {
      if (broken) throw new Error("not yet");
      return {};
    };
    const { server, ultravisor } = await make({ flaky });
    const id = await server.run("flaky");
    broken = false;
    expect(await ultravisor("retry", id)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Run ${id} goes on`),
    });
    await ultravisor("logs", id, "-f");
    const late = await ultravisor("cancel", id);
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining("the run has ended as succeeded")]);
  });
});

describe("Files", () => {
  it("are saved under harmless names, each once, and nothing is overwritten", async () => {
    const made: { server?: TestServer } = {};
    const names = ["../../evil.txt", ".hidden", "a/b\\c.txt", "same.txt", "same.txt"];
    const leave: Script = async () => {
      const drafts = names.map(async (name, i) => {
        const blob = await made.server?.fileStore.put(new Blob([`file ${i}`]).stream());
        return { role: "output", name, type: "text/plain", url: null, sha256: "", size: 0, ...blob } as FileDraft;
      });
      return { files: await Promise.all(drafts) };
    };
    const { server, ultravisor } = await make({ leave });
    made.server = server;
    const id = await server.run("leave");
    const out = mkdtempSync(join(tmpdir(), "ultravisor-out-"));
    onTestFinished(() => rmSync(out, { recursive: true }));
    expect((await ultravisor("files", id, "--out", join(out, "deep"))).stdout).toContain("Saved 5 files");
    expect((await ultravisor("files", id, "--out", join(out, "deep"))).code).toBe(0);
    expect(readdirSync(out)).toEqual(["deep"]);
    const saved = readdirSync(join(out, "deep"));
    expect(saved).toHaveLength(10);
    expect(saved).toEqual(expect.arrayContaining(["same.txt", "same-2.txt", "same-3.txt", "same-4.txt"]));
    expect(saved.filter((name) => name.startsWith("."))).toEqual([]);
    expect(readFileSync(join(out, "deep/same.txt"), "utf8")).toMatch(/^file [34]$/);
    expect(JSON.parse((await ultravisor("files", id, "--json")).stdout).items).toHaveLength(5);
  });
});

describe("Data", () => {
  it("are listed by collection, queried and exported", async () => {
    const { server, ultravisor } = await make();
    await server.run("talk");
    expect((await ultravisor("data")).stdout).toMatch(/pages +1 /);
    expect((await ultravisor("data", "pages", "--where", "price>1")).stdout).toMatch(/=1\+1 +5 /);
    expect(JSON.parse((await ultravisor("data", "pages", "--json")).stdout)).toMatchObject({
      items: [{ data: { price: 5 } }],
    });
    expect((await ultravisor("data", "pages", "--format", "csv")).stdout).toMatch(/^title,price,.*\r\n'=1\+1,5,/);
    const wrong = await ultravisor("data", "pages", "--where", "price");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("where: Expected")]);
    expect((await ultravisor("data", "nothing")).code).toBe(2);
  });
});
