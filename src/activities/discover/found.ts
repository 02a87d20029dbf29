/** A service as one source shows it, before sources are put together. */
import type { SignalName, StackMap } from "../../schema/map.js";

export interface FoundService {
  name: string;
  kinds: string[];
  source?: string;
  labels: Record<string, string>;
  instances: string[];
  also: string[];
  signals: Partial<Record<SignalName, string>>;
  /** Names of its metrics, for what they tell of others. */
  metrics: string[];
  traces?: Array<{ source: string; name: string }>;
  namespace?: string;
  environment?: string;
}

export type CallFrom = StackMap["services"][string]["calls"][number]["from"];

export interface FoundCall {
  caller: string;
  /** A name as the teller gives it; resolved when all services are known. */
  callee: string;
  from: CallFrom;
}

export interface FoundStack {
  services: FoundService[];
  calls: FoundCall[];
  alertRules: StackMap["alert_rules"];
  recordingRules?: StackMap["recording_rules"];
  scrapeSeconds?: number;
  /** What could not be asked, in words. */
  notes: string[];
}

/** Words that exporters add to a job's name. */
export function withoutExporter(name: string): string {
  const short = name
    .replace(/[-_.]?(?:exporter|metrics|prometheus)$/i, "")
    .replace(/^(?:prometheus|exporter)[-_.]/i, "");
  return short === "" ? name : short;
}
