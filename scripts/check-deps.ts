/**
 * Checks that every room of the house imports only what it may (check-deps/rooms.ts is the table).
 * `node scripts/check-deps.ts` prints one line per fault and ends with 1 when there is one; `npm test` runs it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { FREE, ROOMS, type Room } from "./check-deps/rooms.ts";
import { type Import, readSource, type Use } from "./check-deps/source.ts";
import { typescriptFiles } from "./check-deps/tree.ts";

/** One line per fault: `file:line what is forbidden and what to do`. */
export function checkDeps(root: string): string[] {
  return typescriptFiles(root).flatMap((file) => checkFile(root, file));
}

function checkFile(root: string, file: string): string[] {
  if (FREE.some((folder) => file.startsWith(`${folder}/`)) || isRootConfig(file)) return [];
  const room = roomOf(file);
  if (!room) return [`${file}:1 lies in no room. Move it into one, or add its room to scripts/check-deps/rooms.ts.`];
  const { imports, uses } = readSource(readFileSync(path.join(root, file), "utf8"), file);
  return [
    ...imports.flatMap((found) => at(file, found.line, importFault(room, file, found))),
    ...uses.flatMap((found) => at(file, found.line, useFault(room, found))),
  ];
}

function at(file: string, line: number, fault: string | null): string[] {
  return fault === null ? [] : [`${file}:${line} ${fault}`];
}

function importFault(room: Room, file: string, { specifier, typeOnly }: Import): string | null {
  if (specifier.startsWith("node:")) return room.node ? null : forbidden(room, specifier);
  if (specifier.startsWith(".")) return insideFault(room, targetOf(file, specifier), typeOnly);
  if (specifier === "ultravisor") return insideFault(room, "apps/sdk/index.ts", typeOnly);
  return packageFault(room, specifier, typeOnly);
}

function insideFault(room: Room, target: string, typeOnly: boolean): string | null {
  const other = roomOf(target);
  // package.json for the version; anything else outside the rooms belongs to scripts and tests.
  if (!other) return target === "package.json" ? null : forbidden(room, target);
  if (other.name === room.name || allows(room.rooms, other.name)) return null;
  if (allows(room.types, other.name)) {
    return typeOnly
      ? null
      : `imports values of ${target}, but ${room.name} may only \`import type\` from there. ${room.mend}`;
  }
  return forbidden(room, target);
}

function packageFault(room: Room, specifier: string, typeOnly: boolean): string | null {
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (allows(room.packages, name)) return null;
  if (!allows(room.packageTypes, name)) return forbidden(room, specifier);
  return typeOnly
    ? null
    : `imports values of ${specifier}, but ${room.name} may only \`import type\` from it. ${room.mend}`;
}

function useFault(room: Room, { what }: Use): string | null {
  if (what === "process.env") {
    return room.env
      ? null
      : `reads process.env, which only a config.ts may. Add the variable there and hand the value in.`;
  }
  return room.pure ? `uses ${what}, but ${room.name} is pure. ${room.mend}` : null;
}

function forbidden(room: Room, what: string): string {
  return `imports ${what}, which ${room.name} may not. ${room.mend}`;
}

function allows(list: readonly string[], name: string): boolean {
  return list.some((entry) => entry === name || (entry.endsWith("*") && name.startsWith(entry.slice(0, -1))));
}

function targetOf(file: string, specifier: string): string {
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
}

function roomOf(file: string): Room | undefined {
  const matches = ROOMS.filter(({ path: place }) => file === place || file.startsWith(`${place}/`));
  return matches.sort((a, b) => b.path.length - a.path.length)[0];
}

function isRootConfig(file: string): boolean {
  return !file.includes("/") && file.endsWith(".config.ts");
}

if (process.argv[1] === import.meta.filename) {
  const faults = checkDeps(path.resolve(import.meta.dirname, ".."));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
