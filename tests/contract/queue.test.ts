import { describe, test } from "vitest";
import { describeQueueContract } from "./queue.ts";
import { queueServers } from "./queue-servers.ts";

for (const { name, start, hint } of queueServers) {
  if (start) describeQueueContract(name, start);
  else describe.skip(`A queue on ${name}`, () => test(`is not tested here: install it with "${hint}"`, () => {}));
}
