/** Waiting for a condition's look. */
import type { Notices, ScheduleReader } from "../../apps/server/core/ports.ts";

/** Resolves once the first entry of the schedule has been looked at. */
export async function looked({ notices, schedule }: { notices: Notices; schedule: ScheduleReader }): Promise<void> {
  let unsubscribe = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    unsubscribe = notices.subscribe((notice) => notice.type === "schedule" && resolve());
  });
  const [entry] = await schedule.list();
  if (!entry?.look) await told;
  unsubscribe();
}
