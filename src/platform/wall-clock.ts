/** The clock on the wall of a time zone, by the zone data that comes with Node: summer time is right on every day. */
import type { WallClock } from "../core/writes/windows.js";

const formats = new Map<string, Intl.DateTimeFormat>();
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** `timeZone` is an IANA name that the policy's schema has let pass. */
export function wallClockAt(nowMs: number): (timeZone: string) => WallClock {
  return (timeZone) => {
    const parts = new Map(
      formatOf(timeZone)
        .formatToParts(nowMs)
        .map(({ type, value }) => [type, value]),
    );
    const minutes = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
    return { day: DAYS.indexOf(parts.get("weekday") ?? ""), minutes };
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const options = { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en-US", options);
  formats.set(timeZone, format);
  return format;
}
