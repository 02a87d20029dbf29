/** Zones of log times: offsets, names that programs print, and names of places. */

const MINUTE_MS = 60_000;
/** Hours east of Greenwich. Of a name with several meanings the one that most machines run in: CST is American, IST Indian. */
const HOURS: Record<string, number> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  WEST: 1,
  BST: 1,
  CET: 1,
  MET: 1,
  WAT: 1,
  CEST: 2,
  MEST: 2,
  EET: 2,
  SAST: 2,
  CAT: 2,
  EEST: 3,
  MSK: 3,
  EAT: 3,
  TRT: 3,
  IDT: 3,
  IRST: 3.5,
  GST: 4,
  PKT: 5,
  IST: 5.5,
  NPT: 5.75,
  ICT: 7,
  WIB: 7,
  SGT: 8,
  HKT: 8,
  PHT: 8,
  AWST: 8,
  JST: 9,
  KST: 9,
  ACST: 9.5,
  ACDT: 10.5,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
  BRT: -3,
  ART: -3,
  ADT: -3,
  AST: -4,
  CLT: -4,
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
  AKDT: -8,
  AKST: -9,
  HST: -10,
  MUT: 4,
  SAMT: 4,
  AZT: 4,
  AFT: 4.5,
  UZT: 5,
  YEKT: 5,
  OMST: 6,
  MMT: 6.5,
  KRAT: 7,
  NOVT: 7,
  MYT: 8,
  IRKT: 8,
  WITA: 8,
  WIT: 9,
  YAKT: 9,
  VLAT: 10,
  MAGT: 11,
  FJT: 12,
  PETT: 12,
  BRST: -2,
  NDT: -2.5,
  UYT: -3,
  CLST: -3,
  NST: -3.5,
  BOT: -4,
  VET: -4,
  COT: -5,
  PET: -5,
  SST: -11,
};

const OFFSET = "[+\u2212-]\\d{2}(?::?\\d{2})?";
/** What may follow a clock, as an expression: `Z`, `+01:00`, `-03`, `GMT+3`, `CET`, `Europe/Berlin`, `EST5EDT`, `+01:00[Europe/Berlin]`; a minus may be a real one. */
export const ZONE = `(?: ?(${OFFSET}(?!\\w)|(?:UTC|GMT)(?:[+-]\\d{1,2}(?::?\\d{2})?)?(?!\\w)|(?:${Object.keys(HOURS).join("|")})(?![\\w/])|[A-Z][A-Za-z]+/[A-Z][\\w+-]+(?:/[A-Z][\\w-]+)?(?![\\w/])|[A-Z]{3}\\d{1,2}[A-Z]{3}(?!\\w))(?:\\[[\\w/]{1,40}\\])?)?`;

/** How far the zone's clock is before UTC at a time that its clock shows; 0 where there is no zone. */
export function zoneMs(zone: string | undefined, wallMs: number): number {
  if (zone === undefined) return 0;
  const hours = HOURS[zone];
  if (hours !== undefined) return hours * 60 * MINUTE_MS;
  const [, sign, hour, minute = "0"] = /^(?:UTC|GMT)?([+\u2212-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === "+" ? 1 : -1) * (Number(hour) * 60 + Number(minute)) * MINUTE_MS;
  return placeMs(zone, wallMs) ?? 0;
}

const PLACES_MAX = 50;
const places = new Map<string, Intl.DateTimeFormat | undefined>();

function placeMs(zone: string, wallMs: number): number | undefined {
  const format = formatOf(zone);
  if (format === undefined || !Number.isFinite(wallMs)) return undefined;
  const parts = format.formatToParts(wallMs);
  const told = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(told) ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (places.has(zone)) return places.get(zone);
  if (places.size >= PLACES_MAX) return undefined;
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    // No place of the zone database.
  }
  places.set(zone, format);
  return format;
}
