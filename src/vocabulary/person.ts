/** Who is one person, for all who count people or show how many there are. */
import { unicodeLabel } from "./punycode.js";
import { withoutEnd } from "./without-ends.js";

/**
 * One person is one person however the name is written, and through whichever channel: compatible forms, characters
 * that nobody sees, blanks and case make no second one. To count people; what gives a right (a group) is compared as it is.
 */
export function personOf(name: string): string {
  const seen = name.normalize("NFKC").replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu, "");
  // Upper case first: only then are ß and SS, and the two small sigmas, the same. A blank of Braille shows nothing either.
  const folded = domainAsWritten(seen.normalize("NFKC")).toUpperCase().toLowerCase();
  return folded
    .normalize("NFKC")
    .replace(/[\s\u2800]+/g, " ")
    .trim();
}

/** The domain of an address is one in letters and in ASCII, with the dots of other scripts and with one at its end. */
function domainAsWritten(name: string): string {
  const at = name.lastIndexOf("@");
  if (at === -1) return name;
  const domain = name.slice(at + 1).replace(/[\u3002\uff61]/g, ".");
  const labels = withoutEnd(domain, /[.\s]/).split(".");
  return `${name.slice(0, at + 1)}${labels.map(unicodeLabel).join(".")}`;
}

/** Each person once, as the name was first written. */
export function peopleOf(names: readonly string[]): string[] {
  const people = new Map<string, string>();
  for (const name of names) if (!people.has(personOf(name))) people.set(personOf(name), name);
  return [...people.values()];
}
