/** The packages of package-lock.json, in node_modules. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { runQuietly, step } from "./step.mjs";

/** Runs `npm ci` unless node_modules already holds what package-lock.json says. */
export async function ensurePackages(root) {
  if (packagesAreCurrent(root)) return;
  // Development packages are needed to build the web, so NODE_ENV=production must not leave them out.
  await step("installing packages (npm ci)", () =>
    runQuietly("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], { cwd: root, minutes: 20 }),
  );
}

/**
 * Compares package-lock.json with node_modules/.package-lock.json, which npm writes last when it installs:
 * an installation that was broken off has none, and one made with `npm install` counts too.
 */
export function packagesAreCurrent(root) {
  const wanted = readPackages(path.join(root, "package-lock.json"));
  const installed = readPackages(path.join(root, "node_modules", ".package-lock.json"));
  if (!wanted)
    throw new Error(
      `${root}/package-lock.json is missing or damaged; restore it with \`git checkout package-lock.json\`.`,
    );
  if (!installed) return Object.keys(wanted).length <= 1;
  const named = { ...wanted[""]?.dependencies, ...wanted[""]?.devDependencies };
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === "") return true;
    const found = installed[place];
    // What package.json names itself has to be there, also when something else could do without it.
    if (!found && named[place.slice("node_modules/".length)] !== undefined) return false;
    if (!found) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version && (!entry.integrity || found.integrity === entry.integrity);
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return null;
  }
}
