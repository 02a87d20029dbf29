/**
 * What of the workflows' code holds no state of a run, and so is loaded once for all runs of a worker: `core` and
 * `vocabulary`, which the sandbox keeps from reading anything and the bundler freezes. Else each run loads them anew.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";

const SHARED = /^import (?!type )[^;]*? from "(\.\.\/(?:core|vocabulary)\/[^"]+)\.js";/gms;

/** Paths of the modules that files of this folder import values from. */
export function sharedModules(workflowsFolder: string): string[] {
  const files = readdirSync(workflowsFolder).filter((name) => /(?<!\.d)\.(?:ts|js)$/.test(name));
  const found = files.flatMap((name) =>
    [...readFileSync(join(workflowsFolder, name), "utf8").matchAll(SHARED)].map(
      ([, path = ""]) => `${resolve(workflowsFolder, path)}${extname(name)}`,
    ),
  );
  return [...new Set(found)].sort();
}
