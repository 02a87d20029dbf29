/** The labelled logs of LogHub, where they are at hand: lines and the true template of each. */
import { existsSync, readFileSync } from "node:fs";

const DIR = "../shared/data/loghub";
export const LOGHUB_PRESENT = existsSync(DIR);
export const LOGHUB_SYSTEMS = ["Apache", "HDFS", "Linux", "OpenSSH", "Zookeeper"];

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}

export function loghub(system: string): Array<{ content: string; event: string; template: string }> {
  const [header = [], ...rows] = csvRows(readFileSync(`${DIR}/${system}/${system}_2k.log_structured.csv`, "utf8"));
  const content = header.indexOf("Content");
  const event = header.indexOf("EventId");
  const template = header.indexOf("EventTemplate");
  return rows.map((row) => ({ content: row[content] ?? "", event: row[event] ?? "", template: row[template] ?? "" }));
}
