/** The sets of causes: what is on hand beside the repository, and systems made here, which any clone has. */
import { madeIncident } from "../../test/support/made-incidents.js";
import { madeOutage, OUTAGE_STYLES } from "../../test/support/made-outages.js";
import { joined, PETSHOP_PRESENT, petshop, petshopFolders } from "../../test/support/petshop.js";
import type { Case } from "./cases.js";
import { NEZHA_PRESENT, nezhaCases } from "./nezha.js";

export interface CaseSet {
  name: string;
  /** Sets of one family are left out together: what was chosen with one of them is not judged on another. */
  family: string;
  cases: readonly Case[];
}

function petshopCases(): Case[] {
  return petshopFolders()
    .flatMap(petshop)
    .map((incident) => ({
      name: `${incident.folder} ${incident.name}`,
      category: incident.target.metric,
      metrics: joined(incident),
      graph: incident.graph,
      target: incident.target,
      noticedAt: incident.noticedAt,
      cause: incident.cause,
    }));
}

function madeCases(size: number, count: number): Case[] {
  return Array.from({ length: count }, (_, index) => {
    const { fault, ...incident } = madeIncident(index + 1, size);
    return { ...incident, category: fault };
  });
}

/** Five kinds of faults in each; of those with few instances, for they are quick. */
function outages(small: boolean): CaseSet[] {
  const styles = OUTAGE_STYLES.flatMap((name, style) =>
    small && !SMALL_STYLES.includes(style) ? [] : [{ name, style }],
  );
  return styles.map(({ name, style }) => ({
    name: `made outages, ${name}`,
    family: "outages",
    cases: Array.from({ length: small ? 5 : 10 }, (_, index) => {
      const { fault, ...outage } = madeOutage(style, index + 1);
      return { ...outage, category: fault };
    }),
  }));
}

const SMALL_STYLES = [0];
const SMALL_COUNT = 24;

export function caseSets(small: boolean): { sets: CaseSet[]; skipped: string[] } {
  const made: CaseSet[] = [
    { name: "made, 8 services", family: "made", cases: madeCases(8, small ? SMALL_COUNT : 60) },
    { name: "made, 35 services", family: "made", cases: madeCases(35, small ? SMALL_COUNT : 60) },
    ...outages(small),
  ];
  if (small) return { sets: made, skipped: [] };
  const skipped = [
    ...(PETSHOP_PRESENT ? [] : ["PetShop: ../shared/data/petshop is absent"]),
    ...(NEZHA_PRESENT ? [] : ["Nezha: ../shared/data/nezha-ob is absent"]),
  ];
  const given: CaseSet[] = [
    ...(PETSHOP_PRESENT ? [{ name: "PetShop", family: "petshop", cases: petshopCases() }] : []),
    ...(NEZHA_PRESENT ? [{ name: "Nezha OnlineBoutique", family: "nezha", cases: nezhaCases() }] : []),
  ];
  return { sets: [...given, ...made], skipped };
}
