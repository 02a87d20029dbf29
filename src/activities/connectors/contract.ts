/** What a kind of source, channel or tracker can do: one object a kind, and no other place that knows the kinds. */
import type { Channel, Tracker } from "../../schema/config/tickets.js";
import type { Config, Source } from "../../schema/config.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { NoticeResult } from "../contract.js";
import type { ToolContext } from "../define-tool.js";
import type { GateMeans, GateMessage } from "../gates/message.js";
import type { MetricParams } from "../tools/kit/metrics/params.js";
import type { Moment, Question, Reading } from "../tools/kit/metrics/reading.js";
import type { TraceQuestion, TraceReading } from "../tools/kit/traces/span.js";
import type { LogQuestion, LogReading } from "../tools/logs/reading.js";
import type { ChangeQuestion, ChangeReading } from "./kit/change.js";
import type { Delivered, Message } from "./message.js";
import type { TrackerClient } from "./tracker.js";

export type SourceKind = Source["kind"];
/** A source as config.yaml declares it. */
export type Declared<K extends SourceKind> = Extract<Source, { kind: K }>;
export type Named<K extends SourceKind> = Declared<K> & { name: string };

export interface MetricQuestion {
  params: MetricParams;
  question: Question;
  moment: Moment;
}

/** Why a kind does not take a query: `query must be RULE`, and what to use instead. */
export interface QueryFault {
  rule: string;
  hint: string;
}

export interface SourceConnector<K extends SourceKind> {
  kind: K;
  /** Every URL that it is asked at, for the network policy. */
  urls(source: Declared<K>): string[];
  /** One small question; says what was seen. Absent: its newest log line is read. */
  check?(source: Named<K>, context: ToolContext): Promise<string>;
  /** `inWords` is the query in words, for a source that has no language of its own. */
  readLogs?(source: Named<K>, question: LogQuestion, context: ToolContext, inWords: string): Promise<LogReading>;
  /** Where its logs lie, in words. Absent: at its URL. */
  place?(source: Declared<K>): string;
  queryFault?(query: string): QueryFault | undefined;
  readMetrics?(source: Named<K>, asked: MetricQuestion, context: ToolContext): Promise<Reading>;
  /** Params of `metric_query` that this kind cannot answer. */
  metricFaults?(params: object, at: string): Problem[];
  readTraces?(source: Named<K>, question: TraceQuestion, context: ToolContext): Promise<TraceReading>;
  readChanges?(source: Named<K>, question: ChangeQuestion, context: ToolContext): Promise<ChangeReading>;
  /** One as somebody may declare it, for the trial of playbooks. */
  sample: Declared<K>;
}

export type ChannelKind = Channel["kind"];
type DeclaredChannel<K extends ChannelKind> = Extract<Channel, { kind: K }>;

export interface ChannelConnector<K extends ChannelKind> {
  kind: K;
  /** Every URL that it sends to, for the network policy. */
  urls(channel: DeclaredChannel<K>): string[];
  /** Says who we are there. Absent: it takes messages and answers no questions. */
  check?(name: string, channel: DeclaredChannel<K>, context: ToolContext): Promise<string>;
  /** Params of `notification` that this kind alone knows. */
  params: ReadonlyArray<"to" | "severity" | "alert">;
  /** Addresses that a channel may not write to, in words. */
  recipientFault?(name: string, channel: DeclaredChannel<K>, to: string[]): string | undefined;
  deliver(name: string, channel: DeclaredChannel<K>, message: Message, context: ToolContext): Promise<Delivered>;
  /** The channel that the policy names after `KIND:`. Absent: the one of that name in config.yaml. */
  named?(name: string, config: Config): DeclaredChannel<K> | undefined;
  /** Tells approvers of a gate; `name` is `KIND:NAME`. Never throws. */
  tell(name: string, channel: DeclaredChannel<K>, notice: GateMessage, means: GateMeans): Promise<NoticeResult>;
}

export type TrackerKind = Tracker["kind"];

export interface TrackerConnector<K extends TrackerKind> {
  kind: K;
  client(name: string, tracker: Extract<Tracker, { kind: K }>, context: ToolContext): TrackerClient;
}
