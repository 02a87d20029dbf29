/** Options that several commands have, and values that are checked as they are parsed. */
import { InvalidArgumentError, Option } from "commander";
import { misreadInJson } from "../../schema/exact-scalars.js";

export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

export function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_-]{0,62})=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It must be of the form name=value.");
  return { ...before, [name]: value };
}

export function webAddress(text: string): string {
  if (/^https?:\/\/[^\s/]+/i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("It must be an http or https address, such as http://127.0.0.1:9090.");
}

/** As parameters of playbooks take it. */
export function span(text: string): string {
  if (/^\d{1,7}(?:\.\d{1,3})?(?:s|m|h|d|w)$/.test(text) && Number.parseFloat(text) > 0) return text;
  throw new InvalidArgumentError("It must be a number with a unit (s, m, h, d or w), such as 30m, 2h or 1d.");
}

export function kindAndName(text: string): string {
  if (/^[a-z]{2,30}\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text)) return text;
  throw new InvalidArgumentError("It must be a kind and a name, such as deployment/checkout.");
}

export function listed(text: string, before: string[] = []): string[] {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return [...before, text];
}

export const port = (flag: string, says: string) => new Option(`${flag} <port>`, says).argParser(whole(0, 65_535));
export const endsWithParent = () => new Option("--end-with-parent", "end when standard input closes").hideHelp();

export const planning = () => [
  new Option("--goal-file <file>", "read the goal from a file; - reads standard input"),
  new Option(
    "--alert <file>",
    "plan for an alert: a webhook of Alertmanager, Grafana, PagerDuty, Datadog, Opsgenie, GitHub, CloudWatch, Azure or others (docs/playbooks.md); - reads standard input",
  ),
  new Option("--remedy", "with the playbook's remedy, behind its gate, whatever the words say").conflicts("lookOnly"),
  new Option("--look-only", "without any remedy, whatever the words say"),
  new Option("--param <name=value>", "a value for a parameter of the playbook; may be repeated").argParser(pair),
  new Option("--service <name>", "the service that it is about: as --param service=NAME").hideHelp(),
  new Option("--playbook <name>", "use this playbook whatever the goal says"),
  new Option("--planner <planner>", "who plans (default: the model where its key is set)").choices([
    "model",
    "playbook",
  ]),
  new Option("--no-cache", "ask the model although an answer to the same question is kept"),
];
const waiting = () => [
  new Option("--wait", "wait until the run has ended (the default)").conflicts("detach"),
  new Option("--detach", "start it and leave"),
  waitSeconds(),
];
export const waitSeconds = () =>
  new Option("--wait-seconds <seconds>", "wait at most so long; exit 8 if the run goes on").argParser(
    whole(1, 604_800),
  );
export const starting = () => [
  new Option("-n, --dry-run", "go the same way, run no tool and contact nobody"),
  ...waiting(),
  new Option("--worker-decides", "start even if the policy on this machine refuses; the worker's own policy decides"),
];
export const reporting = () => [
  new Option("--full", "all that the answer rests on, and what the run wrote").conflicts("format"),
  new Option("--format <format>", "as a document").choices(["md", "html", "json", "postmortem"]),
  new Option("--chart <file>", "write the chart of the key metric to this file, as SVG"),
];
export const deciding = () => [
  new Option("--comment <text>", "why; it is shown in the report"),
  new Option("--digest <digest>", "decide about exactly this action, as the inbox shows it"),
  new Option("--params <json>", "give the action these params instead; the gate asks about them anew").argParser(
    object,
  ),
  new Option("--watch", "follow the run afterwards, to its end"),
  new Option("--yes", "sign what is shown without being asked once more"),
  new Option("--all", "every gate of the run that is open now, each for what it asks"),
  new Option("--only <nodes>", "the open gates of these nodes, with commas between").argParser(list),
  new Option("--skip <nodes>", "every open gate, and leave these nodes out: each ends as skipped").argParser(list),
];
function object(text: string): Record<string, unknown> {
  const [changed] = misreadInJson(text, 1);
  if (changed !== undefined) throw new InvalidArgumentError(`${changed}.`);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError("It must be a JSON object.");
}
function list(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new InvalidArgumentError("It must be names of nodes with commas between.");
}
export const headers = () =>
  new Option(
    "--header <name=value>",
    "a header; its value may refer to a secret (Bearer env:NAME); may be repeated",
  ).argParser(pair);
export const groups = () =>
  new Option("--group <name>", "a group it is in; may be repeated")
    .argParser((text: string, before: string[] = []) => [...before, text])
    .default([]);
