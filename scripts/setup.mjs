/**
 * Makes a checkout ready: packages, a Node that runs TypeScript, the `ultravisor` command, Chromium, the web's build.
 * `npm start` and `npm test` call it first. Plain JavaScript, because the machine's own Node may be too old for `.ts`.
 */
import path from "node:path";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureCommand } from "./setup/command.mjs";
import { ensureNode } from "./setup/node.mjs";
import { ensurePackages } from "./setup/packages.mjs";
import { ensureWeb } from "./setup/web.mjs";

const root = path.resolve(import.meta.dirname, "..");

try {
  await ensurePackages(root);
  await ensureNode(root);
  ensureCommand(root);
  await ensureBrowser(root);
  await ensureWeb(root);
} catch (error) {
  console.error(`setup failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
