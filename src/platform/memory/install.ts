/** Installs the optional package of memory into the cache with npm: fetched, held against its known digest, compiled. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../../vocabulary/problems.js";
import { type Say, withLock } from "../lock.js";
import { LIBRARY_NAME, LIBRARY_VERSION, libraryFolder, loadLibrary } from "./library.js";

/** As the public registry publishes this version. */
const INTEGRITY = "sha512-471izuwJKCgvCGJ0VP10Z0IN7NWFW+pk/A8KXItZXVJ0V2AEAB5HZfmc9U3VLMmJ46bRaPbdgaBbgWpBJ/biUg==";
/** Characters of npm's own words that are shown when it fails. */
const SAID_MAX_CHARS = 1_500;

export interface InstallOptions {
  cache: string;
  say: Say;
  signal?: AbortSignal;
}
/** `path`: the file that is loaded, in the cache or beside the program. */
export type Installed = { ok: true; path: string } | { ok: false; problem: Problem };

/** Quick where the package is there already. Two that ask at once wait for one. */
export async function installLibrary({ cache, say, signal }: InstallOptions): Promise<Installed> {
  const folder = libraryFolder(cache);
  const there = loadLibrary(cache);
  if (there.ok) return there;
  const lock = { doing: `installs ${LIBRARY_NAME}`, say, signal };
  return withLock(`${folder}.lock`, lock, async () => {
    const since = loadLibrary(cache);
    if (since.ok) return since;
    const own = `${folder}.${randomUUID()}`;
    try {
      const failure = await build(own, say, signal);
      if (failure !== undefined) return { ok: false, problem: failed(failure) };
      await rm(folder, { recursive: true, force: true });
      await rename(own, folder);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
    return loadLibrary(cache);
  });
}

/** What went wrong, or undefined. No code of the package runs before its digest is known to be right. */
async function build(folder: string, say: Say, signal?: AbortSignal): Promise<string | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const manifest = {
    private: true,
    dependencies: { [LIBRARY_NAME]: LIBRARY_VERSION },
    allowScripts: { [LIBRARY_NAME]: true },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest), { mode: 0o600 });
  say(`fetching ${LIBRARY_NAME} ${LIBRARY_VERSION} with npm`);
  const fetched = await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder, signal);
  if (fetched !== undefined) return fetched;
  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as {
    packages?: Record<string, { integrity?: string }>;
  };
  const integrity = lock.packages?.[`node_modules/${LIBRARY_NAME}`]?.integrity;
  if (integrity !== INTEGRITY) return `the registry gave another content than expected: ${integrity ?? "no digest"}`;
  say("building it: seconds where a ready-made build can be fetched, else about two minutes");
  const built = await npm(["rebuild"], folder, signal);
  if (built !== undefined) return built;
  // Objects and sources are ten times what is used.
  const home = join(folder, "node_modules", LIBRARY_NAME);
  for (const part of ["deps", "src", "build/Release/obj", "build/Release/obj.target", "build/Release/sqlite3.a"]) {
    await rm(join(home, part), { recursive: true, force: true });
  }
  return existsSync(join(home, "build", "Release", "better_sqlite3.node")) ? undefined : "npm built nothing";
}

function npm(args: readonly string[], cwd: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"], signal });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString("utf8")).slice(-SAID_MAX_CHARS);
      });
    }
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" ? "there is no npm on PATH" : error.message);
    });
    child.once("close", (code) => resolve(code === 0 ? undefined : `npm ended with ${code}:\n${said.trim()}`));
  });
}

function failed(reason: string): Problem {
  const message = `${LIBRARY_NAME} ${LIBRARY_VERSION} could not be installed: ${reason}`;
  const hint = `a compiler (python3, make, g++) is needed where no build can be fetched; or beside the program: npm install ${LIBRARY_NAME}@${LIBRARY_VERSION}`;
  return { code: "memory-not-installed", at: LIBRARY_NAME, message, hint };
}
