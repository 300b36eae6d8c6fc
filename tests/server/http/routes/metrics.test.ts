import { expect, it } from "vitest";
import { makeServer } from "../ports.ts";

it("Metrics are Prometheus text: what ended, what waits, and the process", async () => {
  const server = await makeServer();
  await server.run("echo");
  const response = await server.ask("/api/metrics");
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'ultravisor_runs_ended_total{state="succeeded"} 1',
      'ultravisor_task_runs_ended_total{state="succeeded"} 1',
      'ultravisor_runs{state="succeeded"} 1',
      'ultravisor_queue_jobs{kind="browser",state="waiting"} 2',
      'ultravisor_info{version="0.1.0",node="node-a"} 1',
    ]),
  );
  expect(
    lines.filter((line) => !/^# (HELP|TYPE) \w+ .+$|^\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \d+(\.\d+)?$/.test(line)),
  ).toEqual([]);
});
