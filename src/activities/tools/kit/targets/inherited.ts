/**
 * What the worker's own starter left open to it (a supervisor's pipes, a file that a shell opened) is not for the programs that the
 * worker starts: Node opens its files for itself alone, but passes those on.
 */
import { openSync, readdirSync, readFileSync } from "node:fs";

/** Of the flags that the kernel shows of a descriptor, in octal. */
const CLOSE_ON_EXEC = 0o2000000n;

let nothing: number | undefined;

/** What stands in `stdio` behind the descriptors that a program is given: in place of each that it would inherit, nothing. */
export function hiddenFrom(first: number): Array<number | "ignore"> {
  const inherited = inheritedDescriptors().filter((descriptor) => descriptor >= first);
  if (inherited.length === 0) return [];
  nothing ??= openSync("/dev/null", "r");
  const hidden = new Array<number | "ignore">(Math.max(...inherited) - first + 1).fill("ignore");
  for (const descriptor of inherited) hidden[descriptor - first] = nothing;
  return hidden;
}

/** Linux alone tells. */
function inheritedDescriptors(): number[] {
  if (process.platform !== "linux") return [];
  return namesIn("/proc/self/fdinfo").filter((descriptor) => {
    const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(`/proc/self/fdinfo/${descriptor}`))?.[1];
    return flags !== undefined && (BigInt(`0o${flags}`) & CLOSE_ON_EXEC) === 0n;
  });
}

function namesIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
