/** Every table, for queries and for Drizzle Kit. */
export { captures } from "./captures.ts";
export { events, files, logs, records, recordVersions, searchedCollections } from "./history.ts";
export { manifests } from "./manifests.ts";
export { changes, crawlRuns, crawls, sightings } from "./recrawl.ts";
export { runs } from "./runs.ts";
export { cursors, fence, savedSessions, schedule, sessions, state, stateHistory } from "./state.ts";
export { adaptiveLimits, attempts, fanOut, notStarted, specs, taskRunEdges, taskRuns } from "./task-runs.ts";
