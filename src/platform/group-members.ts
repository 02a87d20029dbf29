/** Who else may write what a group may write: its members on this machine. */
import { readFileSync } from "node:fs";

const GROUPS = "/etc/group";
const PEOPLE = "/etc/passwd";

/** Whether somebody but these users is in the group. A group of which this machine knows nobody has no others. */
export function hasOthers(gid: number, trusted: readonly number[]): boolean {
  const people = rowsOf(PEOPLE).map(([name = "", , uid, group]) => ({ name, uid: Number(uid), group: Number(group) }));
  const isOther = (uid: number | undefined) => uid === undefined || !trusted.includes(uid);
  const named = rowsOf(GROUPS)
    .filter(([, , id]) => Number(id) === gid)
    .flatMap(([, , , members = ""]) => members.split(",").filter((name) => name !== ""));
  if (named.some((name) => isOther(people.find((one) => one.name === name)?.uid))) return true;
  // The first group of some accounts of the system is root's; none of them can be signed in to.
  return gid !== 0 && people.some(({ uid, group }) => group === gid && isOther(uid));
}

function rowsOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.map((line) => line.trim().split(":")).filter((row) => row.length > 3);
  } catch {
    return [];
  }
}
