import { describe, expect, it } from "vitest";
import { makeServer, type Script } from "../ports.ts";

const fail: Script = async () => {
  throw new Error("it broke");
};

describe("Runs", () => {
  it("are listed newest first, in pages, by state, name, trigger and time", async () => {
    const server = await makeServer({ scripts: { fail } });
    const ids: string[] = [];
    for (const name of ["echo", "fail", "echo"]) {
      ids.unshift(await server.run(name));
      server.time += 60_000;
    }
    const list = async (query: Record<string, string>) =>
      (await (await server.client.api.runs.$get({ query })).json()).items.map(({ id }) => id);
    expect(await list({})).toEqual(ids);
    expect(await list({ status: "failed" })).toEqual([ids[1]]);
    expect(await list({ name: "echo", trigger: "api" })).toEqual([ids[0], ids[2]]);
    expect(await list({ trigger: "cron" })).toEqual([]);
    expect(await list({ since: "2026-03-01T13:01:00+01:00" })).toEqual([ids[0], ids[1]]);
    const first = await (await server.client.api.runs.$get({ query: { limit: "2" } })).json();
    expect(await list({ cursor: first.next ?? "" })).toEqual([ids[2]]);
  });

  it("are started once per idempotency key", async () => {
    const server = await makeServer();
    const start = async () =>
      (await server.client.api.runs.$post({ json: { operation: "echo", idempotencyKey: "k" } })).json();
    const [first, second] = [await start(), await start()];
    expect(first.created).toBe(true);
    expect(second).toEqual({ id: first.id, created: false });
  });

  it("of an unknown task are not started", async () => {
    const server = await makeServer();
    const answer = await server.send("POST", "/api/runs", { task: "nope" });
    expect(await answer.json()).toMatchObject({ code: "unknown_task", status: 404 });
    expect((await (await server.client.api.runs.$get({ query: {} })).json()).items).toEqual([]);
  });

  it("can be cancelled while they run, and not after", async () => {
    const started = Promise.withResolvers<void>();
    const wait: Script = (_assignment, _host, signal) =>
      new Promise((done) => {
        signal.addEventListener("abort", () => done({}));
        started.resolve();
      });
    const server = await makeServer({ scripts: { wait } });
    const { id } = await (await server.client.api.runs.$post({ json: { task: "wait" } })).json();
    await started.promise;
    const cancelled = await server.ask(`/api/runs/${id}/cancel`, { method: "POST" });
    expect(cancelled.status).toBe(200);
    const logs = await server.ask(`/api/runs/${id}/logs`, { headers: { accept: "text/event-stream" } });
    expect(await logs.text()).toContain('"cancelled"');
    expect(await (await server.ask(`/api/runs/${id}/cancel`, { method: "POST" })).json()).toMatchObject({
      code: "run_final",
      status: 409,
    });
  });

  it("that failed can be retried, and those that succeeded not", async () => {
    let broken = true;
    const server = await makeServer({ scripts: { flaky: async (...given) => (broken ? fail(...given) : {}) } });
    const id = await server.run("flaky");
    const failed = await (await server.client.api.runs[":id"].$get({ param: { id } })).json();
    expect(failed).toMatchObject({ state: "failed", reason: "task_failed", counts: { failed: 1 } });
    broken = false;
    expect((await server.ask(`/api/runs/${id}/retry`, { method: "POST" })).status).toBe(200);
    await (await server.ask(`/api/runs/${id}/logs`, { headers: { accept: "text/event-stream" } })).text();
    expect(await (await server.client.api.runs[":id"].$get({ param: { id } })).json()).toMatchObject({
      state: "succeeded",
    });
    expect(await (await server.ask(`/api/runs/${id}/retry`, { method: "POST" })).json()).toMatchObject({
      code: "conflict",
    });
  });

  it("that succeeded can be run again from a task, with other input", async () => {
    const server = await makeServer();
    const id = await server.run("echo", { n: 1 });
    const retried = await server.send("POST", `/api/runs/${id}/retry`, { from: "echo", input: { n: 2 } });
    expect([retried.status, (await retried.json()).input]).toEqual([200, { n: 2 }]);
    await (await server.ask(`/api/runs/${id}/logs`, { headers: { accept: "text/event-stream" } })).text();
    const refused = await server.send("POST", `/api/runs/${id}/retry`, { from: "nothing" });
    expect(await refused.json()).toMatchObject({ code: "invalid_request", fields: [{ path: "from" }] });
    expect((await server.send("POST", `/api/runs/${id}/retry`, { form: "echo" })).status).toBe(400);
  });

  it.each(["", "/tasks", "/manifest", "/logs", "/files", "/data"])(
    "that are unknown are a problem at /runs/:id%s",
    async (path) => {
      const server = await makeServer();
      for (const id of ["nope", "00000000-0000-7000-8000-000000000000", "..%2f..%2fetc"]) {
        expect(await (await server.ask(`/api/runs/${id}${path}`)).json()).toMatchObject({
          code: "unknown_run",
          status: 404,
        });
      }
    },
  );
});
