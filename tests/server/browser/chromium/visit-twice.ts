/** A runner of its own: two sessions in one place of Chromium, one of which takes its trace along, and the end. */
import { start } from "../start.ts";

const started = await start();
for (const capture of [false, true]) {
  const session = await started.open({ render: "always" });
  await session.fixtures.visit(started.site.documentation.start);
  if (capture) await session.capture();
  await session.close();
}
const last = await started.open({ render: "always" });
await last.fixtures.visit(started.site.documentation.start);
await last.close();
await started.close();
