/** Declared trackers of config.yaml, by name, and the client that each kind has. */
import type { Reach } from "../../core/check/catalogue.js";
import type { Tracker } from "../../schema/config/tickets.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { type ToolContext, toolFailure } from "../define-tool.js";
import type { TrackerConnector, TrackerKind } from "./contract.js";
import { githubTracker } from "./github/connector.js";
import { jiraTracker } from "./jira/connector.js";
import { pagerdutyTracker } from "./pagerduty/connector.js";
import type { TrackerClient } from "./tracker.js";

type Connectors = { [K in TrackerKind]: TrackerConnector<K> };
/** A kind that is missing here does not compile. */
const TRACKERS: Connectors = { github: githubTracker, jira: jiraTracker, pagerduty: pagerdutyTracker };

function lookUp(config: Config, name: string): { tracker: Tracker } | { message: string; hint: string } {
  const trackers = config.trackers ?? {};
  const tracker = Object.hasOwn(trackers, name) ? trackers[name] : undefined;
  if (tracker !== undefined) return { tracker };
  const names = Object.keys(trackers).sort().join(", ");
  const hint = names === "" ? "declare one under trackers in config.yaml" : `declared trackers: ${names}`;
  return { message: `config.yaml declares no tracker ${JSON.stringify(name.slice(0, 63))}`, hint };
}

/** Throws `source-not-configured` with the names that exist. */
export function trackerNamed(config: Config, name: string): Tracker {
  const found = lookUp(config, name);
  if ("tracker" in found) return found.tracker;
  throw toolFailure("source-not-configured", found.message, { hint: found.hint });
}

export function clientOf(name: string, tracker: Tracker, context: ToolContext): TrackerClient {
  const connector = TRACKERS[tracker.kind] as TrackerConnector<TrackerKind>;
  return connector.client(name, tracker, context);
}

/** What a call would touch; a name that is still a template tells nothing yet. */
export function trackerReach({ tracker: name }: JsonObject, config: Config, at: string): Reach {
  if (typeof name !== "string" || name.includes("{{")) return { urls: [], problems: [] };
  const found = lookUp(config, name);
  if ("tracker" in found) return { urls: [], problems: [] };
  return { urls: [], problems: [{ code: "source-not-configured", at: `${at}.tracker`, ...found }] };
}
