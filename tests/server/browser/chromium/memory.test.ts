import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readMemory } from "../../../../apps/server/browser/chromium/memory.ts";

const GiB = 1024 ** 3;
const MACHINE = { "proc/meminfo": "MemTotal: 8388608 kB\nMemFree: 1000 kB\nMemAvailable: 4194304 kB\n" };

async function machine(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "ultravisor-memory-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries({ ...MACHINE, ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test.each<[string, Record<string, string>, { total: number; available: number }]>([
  ["the machine's where no group limits it", {}, { total: 8 * GiB, available: 4 * GiB }],
  [
    "a group's of version 2, what its files in memory could give back included",
    {
      "proc/self/cgroup": "0::/box\n",
      "sys/fs/cgroup/box/memory.max": `${2 * GiB}\n`,
      "sys/fs/cgroup/box/memory.current": `${1.5 * GiB}\n`,
      "sys/fs/cgroup/box/memory.stat": `anon 5\ninactive_file ${GiB / 2}\n`,
    },
    { total: 2 * GiB, available: GiB },
  ],
  [
    "a group's of version 1",
    {
      "proc/self/cgroup": "5:devices:/\n4:cpu,memory:/box\n0::/\n",
      "sys/fs/cgroup/memory/box/memory.limit_in_bytes": `${GiB}`,
      "sys/fs/cgroup/memory/box/memory.usage_in_bytes": `${GiB / 4}`,
      "sys/fs/cgroup/memory/box/memory.stat": "total_inactive_file 0\n",
    },
    { total: GiB, available: 0.75 * GiB },
  ],
  [
    "a container's, which sees its own group as the root",
    {
      "proc/self/cgroup": "0::/../../system.slice/docker.scope\n",
      "sys/fs/cgroup/memory.max": `${GiB}`,
      "sys/fs/cgroup/memory.current": "0",
    },
    { total: GiB, available: GiB },
  ],
  [
    "the machine's where a group is larger than it, or without limit",
    { "proc/self/cgroup": "0::/box\n", "sys/fs/cgroup/box/memory.max": "max", "sys/fs/cgroup/box/memory.current": "1" },
    { total: 8 * GiB, available: 4 * GiB },
  ],
])("memory is %s", async (_whose, files, expected) => {
  expect(readMemory(await machine(files))).toEqual(expected);
});
