/** What is told of writes that are held back. */
import type { LedgerView } from "../../core/writes/ledger.js";
import { clock, oneLine, style } from "./text.js";

/** One line a pause and an override; nothing where none stands. */
export function pauseLines({ pauses, overrides, lost = false }: LedgerView & { lost?: boolean }): string[] {
  const lines = pauses.map(({ scope, by, reason, atMs }) => {
    const since = `${clock(atMs)} by ${oneLine(by)}: ${oneLine(reason)}`;
    return `${style.yellow("writes are paused")} (${oneLine(scope)}) since ${since}`;
  });
  for (const { environment, by, untilMs, reason } of overrides) {
    const who = `by ${oneLine(by)}: ${oneLine(reason)}`;
    lines.push(`change windows of ${environment} are overridden until ${clock(untilMs)} ${who}`);
  }
  if (lost) lines.push(`${style.red("no write starts")}: the ledger of writes was ended; next: autoops resume`);
  return lines;
}
