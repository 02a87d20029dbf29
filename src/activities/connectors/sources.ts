/** The kinds of sources, each with its connector. A kind that is missing here does not compile. */
import type { Source } from "../../schema/config.js";
import type { SourceConnector, SourceKind } from "./contract.js";
import { datadog } from "./datadog/connector.js";
import { deployments } from "./deployments/connector.js";
import { dns } from "./dns/connector.js";
import { elasticsearch } from "./elasticsearch/connector.js";
import { exposition } from "./exposition/connector.js";
import { files } from "./files/connector.js";
import { git } from "./git/connector.js";
import { jaeger } from "./jaeger/connector.js";
import { journald } from "./journald/connector.js";
import { kubernetes } from "./kubernetes/connector.js";
import { loki } from "./loki/connector.js";
import { prometheus } from "./prometheus/connector.js";
import { tempo } from "./tempo/connector.js";
import { victorialogs } from "./victorialogs/connector.js";
import { zipkin } from "./zipkin/connector.js";

type Connectors = { [K in SourceKind]: SourceConnector<K> };
type Ability = "readLogs" | "readMetrics" | "readTraces" | "readChanges";

/** In the order in which people are told of them. */
const SOURCES: Connectors = {
  prometheus,
  exposition,
  datadog,
  files,
  loki,
  elasticsearch,
  victorialogs,
  journald,
  deployments,
  git,
  kubernetes,
  jaeger,
  tempo,
  zipkin,
  dns,
};

/** The connector of a source's kind, which takes that source. */
export function connectorOf({ kind }: Pick<Source, "kind">): SourceConnector<SourceKind> {
  return SOURCES[kind] as SourceConnector<SourceKind>;
}

/** Kinds of sources that can be read so. */
export function kindsThat(ability: Ability): SourceKind[] {
  return Object.values(SOURCES).flatMap((connector) => (connector[ability] === undefined ? [] : [connector.kind]));
}

export const urlsOf = (source: Source): string[] => connectorOf(source).urls(source);

/** A sample of each kind, by its kind. */
export function sampleSources(): Record<string, Source> {
  return Object.fromEntries(Object.values(SOURCES).map(({ kind, sample }) => [kind, sample]));
}
