/** The one way from a path in a URL to a file: inside its folder, no link, no trick. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** Opens a regular file below a folder for reading, or tells null: not there, not a file, or not inside. */
export async function openConfined(folder: string, relative: string): Promise<FileHandle | null> {
  const parts = relative.split("/");
  if (parts.some((part) => !isPlainName(part))) return null;
  try {
    const base = await realpath(folder);
    const path = join(base, ...parts);
    // A link anywhere on the way would make the real path another one.
    if ((await realpath(path)) !== path || !path.startsWith(base + sep)) return null;
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function isPlainName(part: string): boolean {
  return part !== "" && !part.startsWith(".") && !/[\0\\%]/.test(part);
}

function isAbsent(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && ["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENAMETOOLONG", "EACCES"].includes(code);
}
