/** The web's build in apps/web/dist. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { nodePath } from "./node.mjs";
import { runQuietly, step } from "./step.mjs";

/** Builds the web when its sources or packages changed since the last build. */
export async function ensureWeb(root) {
  const web = path.join(root, "apps", "web");
  if (!existsSync(path.join(web, "index.html"))) return;
  // Inside dist, which Vite empties before it builds: a build that failed leaves no stamp behind.
  const stamp = path.join(web, "dist", ".built-from");
  const wanted = fingerprint([...sources(web), path.join(root, "package-lock.json")], root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
  await step("building the web", () =>
    runQuietly(nodePath(root), [vite, "build", "apps/web", "--logLevel", "warn"], { cwd: root }),
  );
  writeFileSync(stamp, wanted);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "dist" && entry.name !== "node_modules")
    .flatMap((entry) => {
      const place = path.join(folder, entry.name);
      return entry.isDirectory() ? sources(place) : entry.isFile() ? [place] : [];
    })
    .sort();
}

function fingerprint(files, root) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(path.relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
