/** Finds the Temporal CLI, whose dev server is the engine on one machine: PATH, cache, download, build, in that order. */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TemporalCliSource } from "../../schema/temporal-dev.js";
import type { Refused } from "../../vocabulary/result.js";
import { type Say, withLock } from "../lock.js";
import { unsafeProblem } from "../trusted-file.js";
import { buildCli, type Obtained } from "./build.js";
import { cacheDirectory, type Environment } from "./cache.js";
import { findOnPath, isExecutable } from "./program.js";
import { askVersion, isAtLeast } from "./version.js";

export type Origin = "path" | "cache" | "download" | "build";

export interface FindOptions {
  source: TemporalCliSource;
  environment: Environment;
  /** Told in one line which way is taken, what was passed over, and every few seconds how it goes on. */
  say: Say;
  /** The ways that may be taken; default: all. */
  ways?: readonly Origin[];
  signal?: AbortSignal;
}

/** `version` is that of the server inside. */
export type FoundCli = { ok: true; path: string; origin: Origin; version: string } | Refused;

/** What was tried without success, for the message. */
type Tried = string[];

const ALL: readonly Origin[] = ["path", "cache", "download", "build"];

/** The first that works. Several processes that ask at once cause one download or build. Does not reject, unless aborted. */
export async function findTemporalCli(options: FindOptions): Promise<FoundCli> {
  const ways = options.ways ?? ALL;
  const tried: Tried = [];
  const onPath = ways.includes("path") ? await fromPath(options, tried) : undefined;
  if (onPath?.ok) return onPath;
  const cache = cacheDirectory(options.environment);
  if (cache === undefined) {
    tried.push("cache: neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names a folder");
    return notAvailable(options, tried, onPath?.outdated);
  }
  const directory = join(cache, "temporal", options.source.version);
  const cached = ways.includes("cache") ? await fromCache(directory, options, tried) : undefined;
  if (cached !== undefined) return cached;
  const fresh = await obtain(directory, options, tried);
  return fresh ?? notAvailable(options, tried, onPath?.outdated);
}

async function fromPath(
  { source, environment, say }: FindOptions,
  tried: Tried,
): Promise<(FoundCli & { ok: true }) | { ok: false; outdated?: string }> {
  let outdated: string | undefined;
  const candidates = await findOnPath("temporal", environment);
  if (candidates.length === 0) tried.push("PATH: it holds no `temporal`");
  for (const path of candidates) {
    const version = await askVersion(path);
    if (version !== undefined && isAtLeast(version.server, source.minimum_server)) {
      say(`using the Temporal CLI on PATH: ${path} (server ${version.server})`);
      return { ok: true, path, origin: "path", version: version.server };
    }
    if (version !== undefined) outdated ??= version.server;
    const why =
      version === undefined
        ? `${path} does not say its version as the Temporal CLI does`
        : `${path} has server ${version.server}, older than ${source.minimum_server}`;
    tried.push(`PATH: ${why}`);
    say(`passing over ${why}`);
  }
  return { ok: false, outdated };
}

function programIn(directory: string): string {
  return join(directory, process.platform === "win32" ? "temporal.exe" : "temporal");
}

async function fromCache(directory: string, { say }: FindOptions, tried: Tried): Promise<FoundCli | undefined> {
  const path = programIn(directory);
  if (!(await isExecutable(path))) {
    tried.push(`cache: there is no ${path}`);
    return undefined;
  }
  const unsafe = unsafeProblem(path);
  if (unsafe !== undefined) {
    tried.push(`cache: ${unsafe.message}`);
    say(`passing over ${path}: ${unsafe.message}`);
    return undefined;
  }
  const version = await askVersion(path);
  if (version !== undefined) return { ok: true, path, origin: "cache", version: version.server };
  tried.push(`cache: ${path} does not run`);
  say(`passing over ${path}: it does not run`);
  return undefined;
}

async function obtain(directory: string, options: FindOptions, tried: Tried): Promise<FoundCli | undefined> {
  const ways = options.ways ?? ALL;
  if (!ways.includes("download") && !ways.includes("build")) return undefined;
  const { say, signal } = options;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const lock = { doing: "downloads or builds the Temporal CLI", say, signal };
    return await withLock(join(directory, ".lock"), lock, async () => {
      // Another process may have had the lock before us and done the work.
      const cached = await fromCache(directory, { ...options, say: () => undefined }, []);
      if (cached !== undefined) return cached;
      await removeLeftovers(directory);
      return (await download(directory, options, tried)) ?? (await build(directory, options, tried));
    });
  } catch (error) {
    signal?.throwIfAborted();
    tried.push(`cache: ${directory} cannot be used: ${(error as Error).message}`);
    return undefined;
  }
}

async function download(directory: string, options: FindOptions, tried: Tried): Promise<FoundCli | undefined> {
  if (!(options.ways ?? ALL).includes("download")) return undefined;
  // Loads the HTTP client, which most commands do without.
  const { downloadCli } = await import("./download.js");
  return await keep(
    await downloadCli({ ...options, parent: directory }),
    { directory, origin: "download" },
    options,
    tried,
  );
}

async function build(directory: string, options: FindOptions, tried: Tried): Promise<FoundCli | undefined> {
  if (!(options.ways ?? ALL).includes("build")) return undefined;
  return await keep(await buildCli({ ...options, parent: directory }), { directory, origin: "build" }, options, tried);
}

/** Moves a program that runs into its place in one go, so that nobody ever sees half of it. */
async function keep(
  obtained: Obtained,
  { directory, origin }: { directory: string; origin: Origin },
  { say }: FindOptions,
  tried: Tried,
): Promise<FoundCli | undefined> {
  if (!obtained.ok) {
    tried.push(`${origin}: ${obtained.reason}`);
    say(`${origin} did not work: ${obtained.reason.split("\n", 1)[0]}`);
    return undefined;
  }
  const version = await askVersion(obtained.path);
  const path = programIn(directory);
  if (version !== undefined) await rename(obtained.path, path);
  await rm(obtained.directory, { recursive: true, force: true });
  if (version === undefined) {
    tried.push(`${origin}: the program does not run on this machine`);
    return undefined;
  }
  say(`the Temporal CLI (server ${version.server}) is now in ${path}`);
  return { ok: true, path, origin, version: version.server };
}

/** Whoever left these held the lock, which is now ours. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (/^\.(build|download)-/.test(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

function notAvailable({ source, ways }: FindOptions, tried: Tried, outdated: string | undefined): FoundCli {
  const list = tried.map((way) => `  - ${way}`).join("\n");
  const hint =
    "install the Temporal CLI (https://docs.temporal.io/cli), or install Go so that it can be built, " +
    "or set TEMPORAL_ADDRESS to a server that runs";
  const which = ways === undefined ? "" : ` (ways allowed: ${ways.join(", ")})`;
  if (outdated !== undefined) {
    const message = `the Temporal CLI must hold server ${source.minimum_server} or newer, got ${outdated}, and no other way worked${which}:\n${list}`;
    return { ok: false, problems: [{ code: "temporal-outdated", at: "temporal", message, hint }] };
  }
  const message = `no Temporal CLI could be found, downloaded or built${which}:\n${list}`;
  return { ok: false, problems: [{ code: "temporal-not-available", at: "temporal", message, hint }] };
}
