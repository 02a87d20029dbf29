/** Versions of the Temporal CLI and server: read, compared, judged. */
import { runProgram } from "./program.js";

export interface CliVersion {
  /** As the program says: `1.5.1`, or `0.0.0-DEV` for one that was built from its module. */
  cli: string;
  /** The version of the server inside, which is what counts. */
  server: string;
}

/** `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)` → its versions; undefined for anything else. */
export function parseCliVersion(text: string): CliVersion | undefined {
  const match = /^temporal version (\S{1,40}) \(Server v?(\d+\.\d+\.\d+)\S*(?:,|\))/im.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { cli: match[1], server: match[2] };
}

/** Whether `version` is at least `minimum`; what follows the three numbers does not count. False for no version at all. */
export function isAtLeast(version: string, minimum: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const least = minimum.split(".").map(Number);
  if (numbers === undefined) return false;
  for (const [index, number] of numbers.entries()) {
    const other = least[index] ?? 0;
    if (number !== other) return number > other;
  }
  return true;
}

/** Asks the program itself; undefined when it does not run or is something else of the same name. */
export async function askVersion(path: string): Promise<CliVersion | undefined> {
  const ended = await runProgram(path, { args: ["--version"], timeoutMs: 10_000 });
  return ended.ok ? parseCliVersion(ended.output) : undefined;
}
