/** Preloaded into a server (`NODE_OPTIONS=--import=…`), this moves its clock five seconds on with every SIGUSR2. */
const STEP_MS = 5000;
const real = Date.now;
let ahead = 0;

Date.now = () => real() + ahead;
process.on("SIGUSR2", () => {
  ahead += STEP_MS;
});
