/** Where programs that we fetched or built are kept: outside every checkout, shared by all of a user's projects. */
import { isAbsolute, join } from "node:path";

/** Environment variables, handed in by main: nothing here reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** AUTOOPS_CACHE_DIR, or autoops under XDG_CACHE_HOME, or under ~/.cache; undefined when no home is known. */
export function cacheDirectory(environment: Environment): string | undefined {
  const own = environment.AUTOOPS_CACHE_DIR;
  if (own !== undefined && isAbsolute(own)) return own;
  // The XDG specification says that a relative path is to be ignored.
  const shared = environment.XDG_CACHE_HOME;
  if (shared !== undefined && isAbsolute(shared)) return join(shared, "autoops");
  const home = environment.HOME ?? environment.USERPROFILE;
  return home !== undefined && isAbsolute(home) ? join(home, ".cache", "autoops") : undefined;
}
