import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findProcesses } from "../../../apps/server/shell/processes.ts";
import { assignmentOf, executorOf, hostOf, run, textOf } from "./command.ts";

describe("a command", () => {
  test("that exits with 0 succeeds, and its last lines are its output", async () => {
    const { outcome, lines } = await run("echo one; echo two >&2; printf 'three'");
    expect(outcome).toMatchObject({ type: "succeeded", output: "one\nthree", usage: { exitCode: 0, signal: null } });
    expect(textOf(lines, "stdout")).toBe("one\nthree");
    expect(textOf(lines, "stderr")).toBe("two");
  });

  test("that exits with another code fails with it, and with its last word", async () => {
    const { outcome } = await run("echo first >&2; echo 'no such table' >&2; exit 3");
    expect(outcome).toMatchObject({
      type: "failed",
      reason: "exit",
      retryable: true,
      error: { code: "exit", message: "exit code 3: no such table" },
      usage: { exitCode: 3 },
    });
  });

  test("that dies of a signal fails naming it", async () => {
    const { outcome } = await run("kill -SEGV $$");
    expect(outcome).toMatchObject({
      type: "failed",
      reason: "exit",
      error: { message: expect.stringContaining("killed by SIGSEGV") },
      usage: { exitCode: null, signal: "SIGSEGV" },
    });
  });

  test("has the JSON it wrote to $ULTRAVISOR_OUTPUT as its output", async () => {
    const { outcome } = await run(`echo noise; printf '{"disk": [1, 2]}' > "$ULTRAVISOR_OUTPUT"`);
    expect(outcome).toMatchObject({ type: "succeeded", output: { disk: [1, 2] } });
  });

  test("that wrote something else to $ULTRAVISOR_OUTPUT fails saying so", async () => {
    const { outcome } = await run(`echo 'not json' > "$ULTRAVISOR_OUTPUT"`);
    expect(outcome).toMatchObject({
      type: "failed",
      error: { code: "invalid_output", message: expect.stringContaining("expected JSON in $ULTRAVISOR_OUTPUT") },
    });
  });

  test("has what it left in $ULTRAVISOR_OUT in the file store, links excepted, even when it failed", async () => {
    const { outcome, kept } = await run(
      `cd "$ULTRAVISOR_OUT"; mkdir sub; echo '{}' > sub/a.json; ln -s /etc/passwd link; exit 1`,
    );
    expect(outcome).toMatchObject({
      type: "failed",
      files: [{ role: "output", name: "sub/a.json", type: "application/json", size: 3 }],
    });
    expect([...kept.values()].map(String)).toEqual(["{}\n"]);
  });

  test("works in the staging folder, where it finds what earlier tasks left, and nothing of ours but one hidden folder", async () => {
    const { outcome, staging } = await run("pwd; touch left");
    expect(outcome).toMatchObject({ output: staging });
    expect(await readdir(staging)).toEqual([".ultravisor", "left"]);
  });

  test("finds its own input and nothing that another one of the run has left", async () => {
    const staging = await mkdtemp(join(tmpdir(), "ultravisor-shell-"));
    onTestFinished(() => rm(staging, { recursive: true }));
    const executor = executorOf();
    const look = `ls "$ULTRAVISOR_OUT" "$ULTRAVISOR_OUTPUT" 2>/dev/null | grep -v : ; cat "$ULTRAVISOR_INPUT_FILE"`;
    const untidy = `${look}; touch "$ULTRAVISOR_OUT/a" "$ULTRAVISOR_OUTPUT"; rm "$ULTRAVISOR_INPUT_FILE"`;
    const outputs: boolean[] = [];
    for (const command of [look, look, untidy, look, `${look}; rmdir "$ULTRAVISOR_OUT"`, look]) {
      const input = { text: "x".repeat(10 - outputs.length) };
      const assignment = assignmentOf(command, staging, { input });
      const outcome = await executor.execute(
        assignment,
        hostOf(() => undefined),
        AbortSignal.timeout(10_000),
      );
      outputs.push("output" in outcome && outcome.output === JSON.stringify(input));
    }
    expect(outputs).toEqual([true, true, true, true, true, true]);
  });

  test("has no input to wait for", async () => {
    expect((await run("cat; echo done")).outcome).toMatchObject({ output: "done" });
  });

  test("that cannot be started fails saying why", async () => {
    const { outcome } = await run("true", { env: { BROKEN: "a\0b" } });
    expect(outcome).toMatchObject({
      type: "failed",
      reason: "error",
      error: { message: expect.stringContaining("null bytes") },
    });
  });
});

describe("the environment of a command", () => {
  test("holds what is allowed, the task's own, the input and our names, and nothing else", async () => {
    const { outcome } = await run("env | cut -d= -f1 | sort | tr '\\n' ' '", {
      input: { startUrl: "x", depth: 2 },
      env: { LEVEL: "high" },
    });
    expect(outcome).toMatchObject({
      output: expect.stringMatching(
        /^INPUT_DEPTH INPUT_START_URL LEVEL (OLDPWD )?PATH PWD (SHLVL )?ULTRAVISOR_ATTEMPT ULTRAVISOR_BOOT ULTRAVISOR_DATA ULTRAVISOR_INPUT ULTRAVISOR_INPUT_FILE ULTRAVISOR_OUT ULTRAVISOR_OUTPUT ULTRAVISOR_RUN ULTRAVISOR_TASK_RUN (_ )?$/,
      ),
    });
  });

  test("carries input as it is, never as part of the command", async () => {
    const evil = `"; touch hacked; $(touch hacked) \`touch hacked\`\n-o`;
    const { outcome, staging } = await run(`printf '%s' "$INPUT_TITLE"`, { input: { title: evil } });
    expect(outcome).toMatchObject({ output: evil });
    expect(await readdir(staging)).not.toContain("hacked");
  });

  test("carries lists and objects as JSON, and everything once more in $ULTRAVISOR_INPUT", async () => {
    const input = { list: [1, "a"], on: true, none: null };
    const { outcome } = await run(`echo "$INPUT_LIST|$INPUT_ON|$INPUT_NONE"; echo "$ULTRAVISOR_INPUT"`, { input });
    expect(outcome).toMatchObject({ output: `[1,"a"]|true|\n${JSON.stringify(input)}` });
  });

  test("leaves out what is too large for a variable, and says where it is", async () => {
    const { outcome, lines } = await run(`printf '%s' "\${INPUT_TEXT-unset} "; wc -c < "$ULTRAVISOR_INPUT_FILE"`, {
      input: { text: "x".repeat(200_000) },
    });
    expect(outcome).toMatchObject({ type: "succeeded", output: "unset 200011" });
    expect(textOf(lines, "system")).toContain("INPUT_TEXT, ULTRAVISOR_INPUT");
  });
});

describe("usage", () => {
  test("counts the CPU time of the command and its children, and their memory", async () => {
    const { outcome } = await run(
      `sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done'; dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null`,
    );
    expect(outcome.usage.cpuMs).toBeGreaterThan(30);
    expect(outcome.usage.peakMemoryBytes).toBeGreaterThan(500_000);
  });
});

const STUBBORN = `trap '' TERM; (trap '' TERM; sleep 300) & setsid sh -c "trap '' TERM; sleep 300" & (setsid sh -c "(trap '' TERM; exec sleep 300) &" &) ; echo ready; sleep 300; sleep 300; sleep 300`;

describe("stopping", () => {
  test("at the timeout ends the whole tree, daemons too, and says both signals", async () => {
    const { outcome, lines, taskRunId } = await run(STUBBORN, { timeout: 700 });
    expect(outcome).toMatchObject({
      type: "failed",
      reason: "timeout",
      retryable: true,
      error: { message: "took longer than 0.7 s and was ended" },
    });
    expect(findProcesses({ ULTRAVISOR_TASK_RUN: taskRunId })).toEqual([]);
    expect(textOf(lines, "system")).toMatch(/SIGTERM.*[\s\S]*SIGKILL to the process group/);
  });

  test("on cancel gives the command its grace, and what it prints meanwhile is kept", async () => {
    const cancel = new AbortController();
    const { outcome, lines } = await run(`trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done`, {
      signal: cancel.signal,
      onLine: (line) => line.text === "ready" && cancel.abort(),
    });
    expect(outcome).toMatchObject({ type: "cancelled" });
    expect(textOf(lines, "stdout")).toBe("ready\nbye");
    expect(textOf(lines, "system")).not.toContain("SIGKILL to");
  });

  test("before the start runs nothing", async () => {
    const { outcome, lines } = await run("echo started", { signal: AbortSignal.abort() });
    expect([outcome.type, lines]).toEqual(["cancelled", []]);
  });

  test("ends what a command left running in the background, though it succeeded", async () => {
    const { outcome, taskRunId, lines } = await run("sleep 300 & setsid sleep 300 & echo done");
    expect(outcome).toMatchObject({ type: "succeeded", output: "done" });
    expect(findProcesses({ ULTRAVISOR_TASK_RUN: taskRunId })).toEqual([]);
    expect(textOf(lines, "system")).toContain("left 2 processes running");
  });

  test("the executor ends all its commands", async () => {
    const executor = executorOf();
    const started = Promise.withResolvers<void>();
    const outcome = executor.execute(
      assignmentOf("echo ready; sleep 300", "/tmp"),
      hostOf(() => started.resolve()),
      new AbortController().signal,
    );
    await started.promise;
    await executor.close();
    await expect(outcome).resolves.toMatchObject({ type: "cancelled" });
  });
});
