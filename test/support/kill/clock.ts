/** A process whose clock is wrong, by libfaketime. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Variables for a process that is so far off, such as `+10m`; undefined where libfaketime is not installed. */
export function fakeClock(): ((off: string) => Record<string, string>) | undefined {
  const library = ["/usr/lib", "/usr/local/lib", "/usr/lib64"]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    .map((folder) => join(folder, "faketime", "libfaketimeMT.so.1"))
    .find((file) => existsSync(file));
  if (library === undefined) return undefined;
  // Waiting is right; only the time of day is wrong.
  return (off) => ({ LD_PRELOAD: library, FAKETIME: off, FAKETIME_DONT_FAKE_MONOTONIC: "1", FAKETIME_NO_CACHE: "1" });
}
