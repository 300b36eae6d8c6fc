/** Metrics for Prometheus: what ended since the start, what waits in the queue, and the process. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { isFinal } from "../../core/words.ts";
import type { AppEnv } from "../endpoint.ts";
import type { Services } from "../services.ts";

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** Labels → value. */
  readonly samples: readonly (readonly [Readonly<Record<string, string>>, number])[];
}

export function addMetrics(app: OpenAPIHono<AppEnv>, services: Services): void {
  const ended = countEnds(services);
  app.get("/api/metrics", async (c) => {
    const metrics = [...ended(), ...(await stored(services)), ...(await server(services))];
    return c.text(metrics.map(write).join(""), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
}

/** Counts every end of a run or task run that is told while the server lives. */
function countEnds({ notices }: Services): () => Metric[] {
  const counts = { run: new Map<string, number>(), task_run: new Map<string, number>() };
  notices.subscribe((notice) => {
    if ((notice.type !== "run" && notice.type !== "task_run") || !isFinal(notice.state)) return;
    counts[notice.type].set(notice.state, (counts[notice.type].get(notice.state) ?? 0) + 1);
  });
  const samples = (counted: ReadonlyMap<string, number>): Metric["samples"] =>
    [...counted].map(([state, count]) => [{ state }, count]);
  return () => [
    {
      name: "ultravisor_runs_ended_total",
      help: "Runs that ended since the server started.",
      type: "counter",
      samples: samples(counts.run),
    },
    {
      name: "ultravisor_task_runs_ended_total",
      help: "Task runs that ended since the server started.",
      type: "counter",
      samples: samples(counts.task_run),
    },
  ];
}

async function stored(services: Services): Promise<Metric[]> {
  const queue = Object.entries(await services.queue.counts()).flatMap(([kind, counts]) =>
    Object.entries(counts).map(([state, count]) => [{ kind, state }, count] as const),
  );
  const jobs: Metric = { name: "ultravisor_queue_jobs", help: "Jobs in the queue.", type: "gauge", samples: queue };
  const runs = Object.entries(await services.runs.countByState()).map(([state, count]) => [{ state }, count] as const);
  return [{ name: "ultravisor_runs", help: "Runs by state.", type: "gauge", samples: runs }, jobs];
}

async function server(services: Services): Promise<Metric[]> {
  const { version, node, startedAt, status } = await services.health();
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    { name: "ultravisor_info", help: "Version and node.", type: "gauge", samples: [[{ version, node }, 1]] },
    {
      name: "ultravisor_healthy",
      help: "1 when health is ok.",
      type: "gauge",
      samples: [[{}, status === "ok" ? 1 : 0]],
    },
    {
      name: "process_start_time_seconds",
      help: "When the server started.",
      type: "gauge",
      samples: [[{}, startedAt / 1000]],
    },
    { name: "process_resident_memory_bytes", help: "Resident memory.", type: "gauge", samples: [[{}, memory.rss]] },
    { name: "nodejs_heap_size_used_bytes", help: "Heap in use.", type: "gauge", samples: [[{}, memory.heapUsed]] },
    {
      name: "process_cpu_seconds_total",
      help: "CPU time used.",
      type: "counter",
      samples: [[{}, (cpu.user + cpu.system) / 1e6]],
    },
  ];
}

function write({ name, help, type, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${writeLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([key, value]) => `${key}="${value.replaceAll(/["\\\n]/g, (sign) => (sign === "\n" ? "\\n" : `\\${sign}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
