/** A process that starts Chromium, prints its process id and then does nothing until it is killed. */
import { processIdOf, start } from "../start.ts";

const started = await start();
const session = await started.open({ fixtures: ["page"] });
const browser = session.fixtures.page?.context().browser();
if (browser) console.log(await processIdOf(browser));
