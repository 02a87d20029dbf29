/**
 * For a program that opens files by itself: it sees the system's programs and the declared roots, to read, and nothing
 * else. A link that leads out of the roots then leads nowhere, whenever it was made. Used where bubblewrap works.
 */
import { access, constants, realpath } from "node:fs/promises";
import { runCommand } from "../targets/run-command.js";
import { BWRAP, SYSTEM_TO_READ } from "./programs.js";

const PROBE_MS = 10_000;
const ALONE = [
  "--unshare-ipc",
  "--unshare-pid",
  "--unshare-net",
  "--unshare-uts",
  "--die-with-parent",
  "--new-session",
];

let works: Promise<boolean> | undefined;

/** What stands before the program and its arguments; nothing where bubblewrap is not to be had. */
export async function seeingRootsAlone(roots: readonly string[]): Promise<string[]> {
  works ??= canConfine();
  if (!(await works)) return [];
  const found = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const places = found.filter((root) => root !== undefined);
  return confined(places);
}

function confined(places: readonly string[]): string[] {
  // Of two roots, one in the other, the outer comes first, or it would lie over the inner one.
  const ordered = [...new Set(places)].sort((a, b) => a.length - b.length);
  const own = ordered.flatMap((place) => ["--ro-bind", place, place]);
  return [
    BWRAP,
    ...ALONE,
    "--tmpfs",
    "/",
    ...SYSTEM_TO_READ,
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...own,
    "--chdir",
    "/",
    "--",
  ];
}

async function canConfine(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const isThere = await access(BWRAP, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isThere) return false;
  const tried = await runCommand([...confined([]), "/usr/bin/true"], {}, AbortSignal.timeout(PROBE_MS));
  return tried.exit === 0;
}
