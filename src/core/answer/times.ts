/**
 * Times for the reader. Texts of an answer carry ISO-8601 in UTC; here they become the reader's own, with the zone said
 * once and the day only where it is another. Imports no package and reads no clock.
 */

/** A reader's clock. */
export interface Clock {
  /** `17:15:17`. */
  time(ms: number): string;
  /** `29 Nov`. */
  day(ms: number): string;
  /** `CET`, `UTC`. */
  zone(ms: number): string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** For readers whose zone is not known. */
export const UTC: Clock = {
  time: (ms) => new Date(ms).toISOString().slice(11, 19),
  day: (ms) => `${new Date(ms).getUTCDate()} ${MONTHS[new Date(ms).getUTCMonth()]}`,
  zone: () => "UTC",
};

const ISO =
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z(?:–(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z))?/g;

/** Makes the times of several texts local: the zone stands with the first of them. `aroundMs`: the day that is not said. */
export function localTimes(clock: Clock, aroundMs: number): (text: string) => string {
  let isZoneSaid = false;
  return (text) =>
    text.replace(ISO, (stamp, until: string | undefined) => {
      const ms = Date.parse(stamp.split("–")[0] ?? "");
      const untilMs = until === undefined ? ms : Date.parse(until);
      if (Number.isNaN(ms) || Number.isNaN(untilMs)) return stamp;
      const day = clock.day(ms) === clock.day(aroundMs) ? "" : `${clock.day(ms)} `;
      const zone = isZoneSaid ? "" : ` ${clock.zone(ms)}`;
      isZoneSaid = true;
      return `${day}${clock.time(ms)}${until === undefined ? "" : `–${clock.time(untilMs)}`}${zone}`;
    });
}
