/** Zones that a person writes behind a time: `CET`, `PST`, `UTC+1`, `Europe/Berlin`, `Berlin time`. */
import { zoneMs } from "../tools/logs/zones.js";

export interface GoalZone {
  said: string;
  /** How far its clock is before UTC when it shows this; undefined where nobody can tell. */
  aheadMs?: (wallMs: number) => number;
  why?: string;
}

/** One meaning alone, as far as people at work use them. */
const ONE_MEANING = new Set(
  "UTC GMT WET WEST CET CEST MET MEST EET EEST MSK TRT SAST PKT NPT ICT WIB SGT HKT PHT AWST JST KST ACST ACDT AEST AEDT NZST NZDT BRT EDT EST CDT MDT MST PDT PST AKDT AKST HST".split(
    " ",
  ),
);
/** Words, too, where they stand in small letters. */
const ALSO_WORDS = new Set(["MET", "WET", "WEST", "EST", "HST", "MST", "ICT"]);
const SEVERAL: Readonly<Record<string, string>> = {
  CST: "American and Chinese",
  IST: "Indian, Israeli and Irish",
  BST: "British and Bangladeshi",
  AST: "Atlantic and Arabian",
  ADT: "Atlantic and Arabian",
  GST: "Gulf and South Georgian",
};
/** Zones by their common names; summer time is theirs to know. */
const REGIONS: Readonly<Record<string, string>> = {
  pt: "America/Los_Angeles",
  pacific: "America/Los_Angeles",
  mt: "America/Denver",
  mountain: "America/Denver",
  ct: "America/Chicago",
  et: "America/New_York",
  eastern: "America/New_York",
  "central european": "Europe/Berlin",
};

const PLACE =
  /^\s*\(?((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Za-z_]{2,30}(?:\/[A-Za-z_]{2,30})?)\)?(?![\w/])/i;
const TIME_OF = /^\s*(?:in\s+)?([\p{L}]{2,20}(?:[ -][\p{L}]{2,20}){0,2}?)\s+time\b/iu;
const SHORT = /^\s*\(?((?!GET|POST|PUT)[A-Z]{2,4}T|MSK|WIB|[PMCE]T)\)?(?![\p{L}\p{N}])/u;
const SMALL = /^\s*\(?([a-z]{2,4}t|msk)\)?(?![\p{L}\p{N}])/u;

/** The zone at the beginning of what stands behind a time; undefined where there is none. */
export function zoneAfter(text: string): GoalZone | undefined {
  const place = PLACE.exec(text);
  if (place !== null) return ofPlace(place[0], place[1] ?? "");
  const of = TIME_OF.exec(text);
  if (of !== null) return ofTime(of[0], (of[1] ?? "").toLowerCase());
  const short = SHORT.exec(text);
  if (short !== null) return ofShort(short[0], short[1] ?? "");
  const small = SMALL.exec(text);
  const name = small?.[1]?.toUpperCase() ?? "";
  const isZone = (ONE_MEANING.has(name) && !ALSO_WORDS.has(name)) || Object.hasOwn(SEVERAL, name);
  return small !== null && isZone ? ofShort(small[0], name) : undefined;
}

function ofShort(said: string, name: string): GoalZone {
  const region = REGIONS[name.toLowerCase()];
  if (region !== undefined) return ofPlace(said, region);
  if (ONE_MEANING.has(name)) return { said, aheadMs: (wallMs) => zoneMs(name, wallMs) };
  const several = SEVERAL[name];
  return {
    said,
    why: several === undefined ? "names a zone that is not known here" : `names several zones (${several})`,
  };
}

function ofTime(said: string, name: string): GoalZone | undefined {
  if (/^(?:local|my|our|server|machine|wall clock)$/.test(name)) return undefined;
  const short = name.toUpperCase();
  if (ONE_MEANING.has(short) || Object.hasOwn(SEVERAL, short)) return ofShort(said, short);
  const region = REGIONS[name] ?? REGIONS[name.replace(/ (?:standard|daylight|summer)$/, "")] ?? cities().get(name);
  if (region !== undefined) return ofPlace(said, region);
  return /^(?:central|indian|china|arabia)/.test(name) ? { said, why: "names several zones, or none" } : undefined;
}

function ofPlace(said: string, place: string): GoalZone {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: place }).resolvedOptions();
    return { said, aheadMs: (wallMs) => zoneMs(timeZone, wallMs) };
  } catch {
    return { said, why: "names a place that the zone database does not have" };
  }
}

let known: Map<string, string> | undefined;
function cities(): Map<string, string> {
  known ??= new Map(
    Intl.supportedValuesOf("timeZone").map((zone) => [
      (zone.split("/").at(-1) ?? "").replaceAll("_", " ").toLowerCase(),
      zone,
    ]),
  );
  return known;
}
