/** Facts of Ultravisor about commands, operations, their runs and their hooks (oracles, sections U.a, U.b and U.d). */
import { describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

const HOOKS = `onSuccess: { shell: "echo success" }
onFailure: { shell: "echo failure" }
onFinish: [{ shell: 'echo "$INPUT_STATE"', with: { state: "\${run.state}" } }, { shell: "echo second" }]
`;

const house = oracle(
  {
    "echo.yaml": "shell: echo test_output\n",
    "exit.yaml": "shell: exit 1\n",
    "given.yaml": 'input: { words: string }\nshell: echo "$INPUT_WORDS"\n',
    "one.yaml": 'tasks:\n  a: { shell: "echo a" }\n',
    "two.yaml": 'tasks:\n  a: { shell: "echo a" }\n  b: { shell: "exit 1" }\n',
    "hooked-success.yaml": `${HOOKS}tasks:\n  work: { shell: "echo work" }\n`,
    "hooked-failure.yaml": `${HOOKS}tasks:\n  work: { shell: "exit 1" }\n`,
    "no-hooks.yaml": 'onSuccess: []\nonFinish: []\ntasks:\n  work: { shell: "echo work" }\n',
  },
  {
    broken: {
      "no-command.yaml": "description: nothing to do\n",
      "empty-command.yaml": 'shell: ""\n',
      "missing-task.yaml": "tasks:\n  a: { use: NONEXISTENT-TASK-999 }\n",
      "missing-hook.yaml": 'onFailure: NONEXISTENT-TASK-999\ntasks:\n  a: { shell: "echo a" }\n',
    },
  },
);

describe("a command", () => {
  it("that succeeds leaves its output", async () => {
    const { run, all } = await house.run("echo");
    expect(run.state).toBe("succeeded");
    expect(all).toMatchObject([{ state: "succeeded", output: expect.stringContaining("test_output") }]);
  });

  it("that exits with 1 leaves a failure", async () => {
    const { run, all } = await house.run("exit");
    expect(run).toMatchObject({ state: "failed", reason: "task_failed" });
    expect(all).toMatchObject([{ state: "failed", reason: "exit" }]);
  });

  it("gets what it is started with as environment, where nothing is executed", async () => {
    const { all } = await house.run("given", { words: "from_parameters; $(exit 1)" });
    expect(all).toMatchObject([{ state: "succeeded", output: "from_parameters; $(exit 1)" }]);
  });

  it.each(["no-command", "empty-command"])(
    "that is not there is refused when its file is loaded (%s)",
    async (name) => {
      expect(await house.refused(`${name}.yaml`)).not.toEqual([]);
      expect(await house.ask("POST", "/runs", { task: name })).toMatchObject({ status: 409 });
    },
  );
});

describe("a start", () => {
  it.each([{}, { task: null }, { operation: null }, { task: "echo", operation: "one" }])(
    "of nothing, or of two things at once, is refused: %j",
    async (body) => {
      expect(await house.ask("POST", "/runs", body)).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    },
  );

  it.each([{ task: "nobody" }, { operation: "nobody" }])("of what is not there is an error: %j", async (body) => {
    expect(await house.ask("POST", "/runs", body)).toMatchObject({ status: 404, body: { code: "unknown_task" } });
  });
});

describe("an operation", () => {
  it("of one task that succeeds has succeeded, with one result in its manifest", async () => {
    const { run } = await house.run("one");
    const manifest = await house.server.get<{ tasks: object[] }>(`/runs/${run.id}/manifest`);
    expect(manifest).toMatchObject({ state: "succeeded", success: true, tasks: [{ task: "a", output: "a" }] });
  });

  it("of one that succeeds and one that fails has failed, with both results", async () => {
    const { run } = await house.run("two");
    const manifest = await house.server.get<{ tasks: object[] }>(`/runs/${run.id}/manifest`);
    expect(manifest).toMatchObject({ state: "failed", success: false, summary: expect.stringContaining("1 failed") });
    expect(manifest.tasks).toHaveLength(2);
  });

  it("that names a task which is not there is refused when it is loaded, naming it", async () => {
    expect(await house.refused("missing-task.yaml")).toMatchObject([
      { message: expect.stringContaining("NONEXISTENT-TASK-999") },
    ]);
  });

  it("that nobody started has no run", async () => {
    for (const path of ["", "/tasks", "/manifest", "/logs", "/files"])
      expect(await house.ask("GET", `/runs/01890000-0000-7000-8000-000000000000${path}`)).toMatchObject({
        status: 404,
        body: { code: "unknown_run" },
      });
  });
});

describe("hooks", () => {
  it.each([
    ["success", "succeeded", "onSuccess", "onFailure"],
    ["failure", "failed", "onFailure", "onSuccess"],
  ])("after a %s are those of that end, and those of any", async (end, state, called, left) => {
    const { run, tasks } = await house.run(`hooked-${end}`);
    expect(run.state).toBe(state);
    expect(tasks[called]).toMatchObject({ state: "succeeded", output: end });
    expect(tasks[left]).toMatchObject({ state: "skipped", reason: "not_needed" });
    expect(tasks.onFinish).toMatchObject({ state: "succeeded", output: state });
    expect(tasks["onFinish-2"]).toMatchObject({ state: "succeeded", output: "second" });
  });

  it("in an empty list are none", async () => {
    const { tasks } = await house.run("no-hooks");
    expect(Object.keys(tasks)).toEqual(["work"]);
  });

  it("that name a task which is not there are refused when the file is loaded", async () => {
    expect(await house.refused("missing-hook.yaml")).toMatchObject([
      { message: expect.stringContaining("NONEXISTENT-TASK-999") },
    ]);
  });
});
