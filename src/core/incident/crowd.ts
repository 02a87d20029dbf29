/** Alerts of an incident beyond those that it keeps: of each whether it fires. Imports no package and reads no clock. */
import { CROWD_MAX } from "../../vocabulary/hook-limits.js";
import type { Crowd, IncidentAlert } from "./state.js";

const ID_CHARS = 12;
const FIRES = "f";
const OVER = "r";

export const newCrowd = (): Crowd => ({ count: 0, stands: {} });

/** By how much more fire after it; undefined where there is no room, and the message alone can be counted. */
export function takeIntoCrowd(crowd: Crowd, { id, status, since }: IncidentAlert): -1 | 0 | 1 | undefined {
  const key = `~${id.slice(0, ID_CHARS)}`;
  const is = status === "firing" ? FIRES : OVER;
  const began = since === undefined ? "" : shortOf(since);
  const known = Object.hasOwn(crowd.stands, key) ? crowd.stands[key] : undefined;
  if (known === undefined) {
    if (crowd.count >= CROWD_MAX) return undefined;
    crowd.count += 1;
    crowd.stands[key] = is + began;
    return is === FIRES ? 1 : 0;
  }
  // A message that it fires, overtaken by the one that the same trouble is over.
  const isLate = known.startsWith(OVER) && is === FIRES && began !== "" && known === OVER + began;
  if (isLate || known.startsWith(is)) return 0;
  crowd.stands[key] = is + (began === "" ? known.slice(1) : began);
  return is === FIRES ? 1 : -1;
}

function shortOf(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return (sum >>> 0).toString(36);
}
