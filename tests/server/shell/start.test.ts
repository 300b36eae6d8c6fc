import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadPosixSpawn } from "../../../apps/server/shell/posix-spawn.ts";
import { type Start, startWithNode } from "../../../apps/server/shell/start.ts";

const posixSpawn = (await loadPosixSpawn()) as Start;

describe.each([
  ["posix_spawn", posixSpawn],
  ["Node", startWithNode],
] as const)("a process started by %s", (_name, start) => {
  test("works in its folder, with its environment and nothing else", async () => {
    const folder = folderForTest();
    const { stdout } = await run(start, "pwd; echo $WORD; env | grep -vE '^(PWD|OLDPWD|SHLVL|_)=' | wc -l", folder);
    expect(stdout.split("\n").map((line) => line.trim())).toEqual([folder, "süß", "1", ""]);
  });

  test("tells what it prints on two pipes that can be opened again by name", async () => {
    const { stdout, stderr } = await run(start, "echo out; echo err >&2; yes | head -c 300000");
    expect(stdout).toHaveLength(4 + 300_000);
    expect(stderr).toBe("err\n");
  });

  test("is given a command and variables as long as the system allows", async () => {
    const long = "x".repeat(120_000);
    const env = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`LONG_${n}`, long]));
    const argv = ["/bin/sh", "-c", `env | wc -c; : ${long}`] as const;
    const { stdout, stderr } = await start({ argv, folder: "/", env });
    const [printed] = await Promise.all([text(stdout), text(stderr)]);
    expect(Number(printed)).toBeGreaterThan(1_200_000);
  });

  test("leads a session and a group of its own, and has nothing to read", async () => {
    const { stdout, pid } = await run(start, "cat; cut -d' ' -f1,5,6 /proc/$$/stat");
    expect(stdout.trim()).toBe(`${pid} ${pid} ${pid}`);
  });

  test("ignores and blocks no signal, whatever the server does", async () => {
    const { stdout } = await run(start, "grep -E '^Sig(Blk|Ign):' /proc/self/status | cut -f2");
    // The first 31; 32 and 33 belong to the C library.
    expect(stdout).toMatch(/^(\d{8}[08]0000000\n){2}$/);
  });

  test("inherits none of the server's files", async () => {
    const file = openSync(import.meta.filename, "r");
    onTestFinished(() => closeSync(file));
    const { stdout } = await run(start, "ls -l /proc/$$/fd");
    expect(stdout).toContain("/dev/null");
    expect(stdout).not.toContain("start.test.ts");
  });

  test("ends with its code, or with the signal that ended it", async () => {
    expect((await run(start, "exit 7")).exit).toMatchObject({ code: 7, signal: null });
    expect((await run(start, "kill -ABRT $$")).exit).toMatchObject({ code: null, signal: "SIGABRT" });
  });

  test("is told to have ended though what it left behind holds the pipes open", async () => {
    const process = await start({ argv: ["/bin/sh", "-c", "sleep 300 & echo $!"], folder: "/", env: {} });
    const printed = text(process.stdout);
    expect((await process.exited).code).toBe(0);
    globalThis.process.kill(-process.pid, "SIGKILL");
    expect(Number(await printed)).toBeGreaterThan(process.pid);
  });

  test("is not started without its program, its folder, or with text that would be cut off", async () => {
    const sh = ["/bin/sh", "-c", "true"] as const;
    await expect(start({ argv: ["/no/such/program"], folder: "/", env: {} })).rejects.toThrow(/no such file|ENOENT/);
    await expect(start({ argv: sh, folder: "/no/such/folder", env: {} })).rejects.toThrow(/no such file|ENOENT/);
    await expect(start({ argv: sh, folder: "/", env: { A: "b\0c" } })).rejects.toThrow("null bytes");
  });

  test("leaves no file open in the server", async () => {
    await run(start, "true");
    const before = readdirSync("/proc/self/fd").length;
    await start({ argv: ["/no/such/program"], folder: "/", env: {} }).catch(() => undefined);
    await Promise.all(Array.from({ length: 20 }, () => run(start, "true")));
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before);
  });
});

test("posix_spawn starts hundreds at once", async () => {
  const ended = await Promise.all(Array.from({ length: 300 }, () => run(posixSpawn, "exit 3")));
  expect(ended.filter(({ exit }) => exit.code === 3)).toHaveLength(300);
});

test("posix_spawn tells the CPU time of a process and of those that it waited for", async () => {
  const { exit } = await run(posixSpawn, "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; true");
  expect(exit.cpuMs).toBeGreaterThan(10);
  expect((await run(posixSpawn, "sleep 0.1")).exit.cpuMs).toBeLessThan(50);
});

async function run(start: Start, command: string, folder = "/") {
  const env = { WORD: "süß" };
  const { pid, stdout, stderr, exited } = await start({ argv: ["/bin/sh", "-c", command], folder, env });
  const closed = Promise.all([once(stdout, "close"), once(stderr, "close")]);
  const [out, err, exit] = await Promise.all([text(stdout), text(stderr), exited]);
  await closed;
  return { pid, exit, stdout: out, stderr: err };
}

function folderForTest(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ultravisor-start-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
