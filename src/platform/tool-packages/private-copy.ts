/** A copy of a package that only its owner can write, made from the bytes that were digested; its code is loaded from there. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { register } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isThere } from "../settings-file.js";
import { type PackageContents, readPackage } from "./contents.js";

/** The copy's folder; one that is there already is used only if it holds exactly these contents. */
export async function copyPackage(store: string, { digest, files }: PackageContents): Promise<string> {
  const place = join(store, digest);
  if (await isThere(place)) {
    const kept = await readPackage(place);
    if (kept.ok && kept.contents.digest === digest) return place;
    await rm(place, { recursive: true, force: true });
  }
  const fresh = join(store, `.${randomUUID()}`);
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  for (const [name, bytes] of files) {
    const path = join(fresh, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, bytes, { mode: 0o400, flag: "wx" });
  }
  try {
    await rename(fresh, place);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another process made the same copy in this moment.
    const kept = await readPackage(place);
    if (!kept.ok || kept.contents.digest !== digest) throw error;
  }
  return place;
}

/**
 * Modules of a copy may import what the package holds and Node's own modules: whatever else stands on the machine was
 * digested by nobody. As text, for hooks run in a thread of their own and are loaded from an address.
 */
export const IMPORT_HOOKS = `
let root;
export async function initialize(data) { root = data.root; }
export async function resolve(specifier, context, next) {
  const parent = context.parentURL ?? "";
  if (!parent.startsWith(root)) return next(specifier, context);
  const own = parent.slice(0, root.length) + parent.slice(root.length).split("/")[0] + "/";
  const resolved = await next(specifier, context);
  if (resolved.url.startsWith("node:") || resolved.url.startsWith(own)) return resolved;
  throw new Error("a tool package may import only its own files and node: modules, got " + specifier);
}`;

const guarded = new Set<string>();

/** Loads the module of a copy. Throws whatever its code throws. */
export async function loadFromCopy(store: string, place: string, main: string): Promise<Record<string, unknown>> {
  const root = pathToFileURL(`${store}/`).href;
  if (!guarded.has(root)) {
    guarded.add(root);
    register(`data:text/javascript,${encodeURIComponent(IMPORT_HOOKS)}`, { data: { root } });
  }
  return (await import(pathToFileURL(join(place, main)).href)) as Record<string, unknown>;
}
