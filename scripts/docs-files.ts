/**
 * Makes the files that the documentation offers to download, in docs/files. Run it after changing tasks/ or this script:
 * `node scripts/docs-files.ts`. The same input gives the same bytes.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { files } from "./check-deps/tree.ts";
import { CHEAT_SHEET, CRON_EXAMPLES } from "./docs-files/content.ts";
import { pdf } from "./docs-files/pdf.ts";
import { zip } from "./docs-files/zip.ts";

/** File name → bytes, as they should lie in docs/files. */
export function documentFiles(root: string): Map<string, Buffer> {
  const tasks = files(path.join(root, "tasks")).map((file) => ({
    name: `tasks/${file}`,
    bytes: readFileSync(path.join(root, "tasks", file)),
  }));
  return new Map([
    ["ultravisor-cheat-sheet.pdf", pdf("Ultravisor cheat sheet", CHEAT_SHEET)],
    ["example-tasks.zip", zip(tasks)],
    [
      "cron-examples.csv",
      Buffer.from(
        CRON_EXAMPLES.map((row) => row.map(quoted).join(","))
          .join("\r\n")
          .concat("\r\n"),
      ),
    ],
  ]);
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

if (process.argv[1] === import.meta.filename) {
  const root = path.resolve(import.meta.dirname, "..");
  const folder = path.join(root, "docs", "files");
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of documentFiles(root)) writeFileSync(path.join(folder, name), bytes);
}
