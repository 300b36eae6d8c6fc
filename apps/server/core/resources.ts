/** What tasks take of a node, beside what it has. */
import { showAmount } from "./condition-amount.ts";
import type { Resources } from "./definition.ts";

/** What a node has: processors, and bytes of memory. */
export interface Capacity {
  readonly cpu: number;
  readonly memory: number;
}

/** Why a task that takes this could never start, as `needs 64 GB of memory, and there are 24 GB`; null: it could. */
export function beyond({ cpu = 0, memory = 0 }: Resources, capacity: Capacity): string | null {
  const parts = [
    ...(cpu > capacity.cpu ? [`needs ${cpu} processors, and there are ${capacity.cpu}`] : []),
    ...(memory > capacity.memory
      ? [`needs ${showAmount(memory, "bytes")} of memory, and there are ${showAmount(capacity.memory, "bytes")}`]
      : []),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}
