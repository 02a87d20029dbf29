/** Days and spans as people write them, in the forms that `window.ts` reads: ISO dates, clocks, counted units. */

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?";
/** A month's name is also a word: only behind these is it one of a date. */
const FROM = "\\b(since|from|after|before|on|between|began|started|as of|at|around)\\s+(?:the\\s+)?(?:last\\s+)?";
const CLOCK = "\\d{1,2}(?::\\d{2}|\\s*[ap]\\.?m)";
const WEEKDAY = `(?:last )?(${DAYS.join("|")})`;
/** How a clock is joined to the day before it. */
const AT = "(?:,|,? (?:at|around|about))?";
const ISO_PERIOD = /\bP(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})S)?)?\b/g;

const two = (value: number): string => String(value).padStart(2, "0");
export const isoDay = (day: Date): string => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
const daysBack = (now: Date, days: number): string =>
  isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));

/** Without a year the latest that is not to come. */
function dated(now: Date, day: number, month: number, year: string | undefined): string | undefined {
  if (month < 0 || month > 11 || day < 1 || day > 31) return undefined;
  if (year !== undefined) return `${year.padStart(4, "20")}-${two(month + 1)}-${two(day)}`;
  const isAhead = new Date(now.getFullYear(), month, day).getTime() > now.getTime();
  return `${now.getFullYear() - (isAhead ? 1 : 0)}-${two(month + 1)}-${two(day)}`;
}

/** The day that a weekday's name means: the last one before today. */
const weekday = (now: Date, name = ""): string =>
  daysBack(now, (now.getDay() - DAYS.indexOf(name.toLowerCase()) + 7) % 7 || 7);

type Rewrite = readonly [RegExp, (now: Date, parts: string[]) => string | undefined];
const monthOf = (name = ""): number => MONTHS.indexOf(name.slice(0, 3).toLowerCase());

const REWRITES: readonly Rewrite[] = [
  [/\b(since|from|after|at|around) (\d{1,2})h(\d{2})\b/gi, (_, [from, hour, minute]) => `${from} ${hour}:${minute}`],
  [
    /\b(since|from|after) (?:last )?(midnight|noon)\b/gi,
    (_, [from, time = ""]) => `${from} ${/^m/i.test(time) ? "00:00" : "12:00"}`,
  ],
  [/\b(since|from|after|on) the day before yesterday\b/gi, (now, [from]) => `${from} ${daysBack(now, 2)}`],
  [/\b(\d{1,2}) ?o'?clock\b/gi, (_, [hour]) => `${hour}:00`],
  // yesterday at 3pm
  [
    new RegExp(`(?<!\\b(?:since|from|after|between|at|around) )\\byesterday${AT} (?=${CLOCK})`, "gi"),
    () => "at yesterday ",
  ],
  // since yesterday: from its beginning
  [
    new RegExp(`\\b(since|from|after) yesterday(?!${AT} ${CLOCK})(?:'s)?(?: morning)?\\b`, "gi"),
    (now, [from]) => `${from} ${daysBack(now, 1)}`,
  ],
  // on Monday at 14:00, Monday 2pm; at 14:00 on Monday
  [
    new RegExp(`(?<!\\b(?:since|from|after|between) )\\b(?:on )?${WEEKDAY}${AT} (?=${CLOCK})`, "gi"),
    (now, [day]) => `at ${weekday(now, day)} `,
  ],
  [
    new RegExp(`\\b(since|from|after|at|around) (${CLOCK}m?) (?:on |last )+${WEEKDAY}\\b`, "gi"),
    (now, [from, clock, day]) => `${from} ${weekday(now, day)} ${clock}`,
  ],
  [
    new RegExp(`\\b(since|from|after|on|last) ${WEEKDAY}\\b`, "gi"),
    (now, [from = "", day]) => `${/^(?:on|last)$/i.test(from) ? "from" : from} ${weekday(now, day)}`,
  ],
  // between 14:00 and 15:00 yesterday
  [
    new RegExp(`\\bbetween (${CLOCK}m?)\\s*(?:and|to|-)\\s*${CLOCK}m? yesterday\\b`, "gi"),
    (_, [start]) => `from yesterday ${start}`,
  ],
  // 29.11.2026, 29.11.
  [
    new RegExp(`${FROM}(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4}|\\d{2}(?![:\\d]))?(?=\\s|$|,)`, "gi"),
    (now, [from, day, month, year]) => joined(from, dated(now, Number(day), Number(month) - 1, year)),
  ],
  // 2026/11/29
  [new RegExp(`${FROM}(\\d{4})/(\\d{2})/(\\d{2})\\b`, "gi"), (_, [from, ...date]) => `${from} ${date.join("-")}`],
  // 29 November 2026, 29th of Nov
  [
    new RegExp(`${FROM}(\\d{1,2})(?:st|nd|rd|th|\\.)?\\s+(?:of\\s+)?${MONTH}(?:,?\\s+(\\d{4}))?\\b`, "gi"),
    (now, [from, day, month, year]) => joined(from, dated(now, Number(day), monthOf(month), year)),
  ],
  // November 29, 2026
  [
    new RegExp(`${FROM}${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(\\d{4}))?\\b(?!:)`, "gi"),
    (now, [from, month, day, year]) => joined(from, dated(now, Number(day), monthOf(month), year)),
  ],
  // on 2026-11-28 at 14:00
  [new RegExp(`\\bon (?=\\d{4}-\\d{2}-\\d{2}${AT} ${CLOCK})`, "gi"), () => "at "],
  // A date, then how its clock is joined
  [new RegExp(`(\\d{4}-\\d{2}-\\d{2}),?(?: at| around)? (?=${CLOCK})`, "gi"), (_, [date]) => `${date} `],
  [/\b(?:(?:a|one) )?quarter of an hour\b/gi, () => "15 minutes"],
  [/\bthree quarters of an hour\b/gi, () => "45 minutes"],
  [ISO_PERIOD, (_, [days, hours, minutes, seconds]) => ofPeriod(days, hours, minutes, seconds)],
];

const joined = (from: string | undefined, date: string | undefined): string | undefined =>
  date === undefined ? undefined : `${from} ${date}`;

function ofPeriod(days = "0", hours = "0", minutes = "0", seconds = "0"): string | undefined {
  const total = Number(days) * 1_440 + Number(hours) * 60 + Number(minutes) + Math.ceil(Number(seconds) / 60);
  return total === 0 ? undefined : `last ${total} minutes`;
}

export function withPlainTimes(goal: string, now: Date): string {
  return REWRITES.reduce(
    (text, [form, said]) =>
      text.replace(form, (whole: string, ...rest: unknown[]) => {
        const parts = rest.filter((_, index) => index < rest.length - 2) as string[];
        return said(now, parts) ?? whole;
      }),
    goal,
  );
}
