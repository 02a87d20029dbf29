/** `autoops sources check`: the declared sources, trackers and channels, asked as the worker on this machine would, under its network policy. */
import { checkTracker, questionTo } from "../activities/connectors/check-channel.js";
import { checkSource, type SourceVerdict, verdictOf } from "../activities/connectors/check-source.js";
import { type ToolContext, toolFailure } from "../activities/define-tool.js";
import { channelFault, namedChannels } from "../core/gate/notice-channels.js";
import type { Variables } from "../platform/environment.js";
import { createSlack } from "../platform/slack/client.js";
import type { Config } from "../schema/config.js";
import type { Refused } from "../vocabulary/result.js";
import { type Local, loadLocal } from "./local.js";
import { readingContext } from "./reading-context.js";

/** One question, shorter than a tool has: a person waits. */
const CHECK_TIMEOUT_MS = 10_000;

export interface CheckedSource {
  /** Where it stands in config.yaml, or in the policy. */
  section: "sources" | "trackers" | "channels" | "policy";
  name: string;
  kind: string;
  verdict: SourceVerdict;
}

/** Checks everything that can be asked, or what has the given name; one after the other, in the order of their names. */
export async function checkSources(
  variables: Variables,
  name: string | undefined,
  signal: AbortSignal,
): Promise<{ ok: true; sources: CheckedSource[] } | Refused> {
  const local = await loadLocal(variables);
  if (!local.ok) return local;
  const context = readingContext(local, { nodeId: "check", timeoutMs: CHECK_TIMEOUT_MS, signal });
  const declared = [...declaredIn(local.config, context), ...warningsIn(local, context)];
  const wanted = declared.filter((one) => name === undefined || one.name === name);
  if (name !== undefined && wanted.length === 0) {
    const message = `config.yaml declares no source, tracker or channel ${JSON.stringify(name.slice(0, 63))} that can be asked`;
    const hint = `there are: ${declared.map((one) => one.name).join(", ") || "none"}`;
    return { ok: false, problems: [{ code: "source-not-configured", at: "sources", message, hint }] };
  }
  const sources: CheckedSource[] = [];
  for (const { ask, ...one } of wanted) sources.push({ ...one, verdict: await ask() });
  return { ok: true, sources };
}

type Declared = Omit<CheckedSource, "verdict"> & { ask(): Promise<SourceVerdict> };

function declaredIn({ sources, trackers = {}, channels }: Config, context: ToolContext): Declared[] {
  const byName = <T>(record: Record<string, T>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...byName(sources).map(
      ([name, source]): Declared => ({
        section: "sources",
        name,
        kind: source.kind,
        ask: () => checkSource(name, source, context),
      }),
    ),
    ...byName(trackers).map(
      ([name, tracker]): Declared => ({
        section: "trackers",
        name,
        kind: tracker.kind,
        ask: () => verdictOf(`trackers.${name}`, () => checkTracker(name, tracker, context)),
      }),
    ),
    ...byName(channels).flatMap(([name, channel]): Declared[] => {
      const question = questionTo(name, channel, context);
      if (question === undefined) return [];
      const ask = () => verdictOf(`channels.${name}`, question);
      return [{ section: "channels", name, kind: channel.kind, ask }];
    }),
  ];
}

/** Where the policy wants people to be told of gates: whether that can be done at all. */
function warningsIn({ policy, config }: Local, context: ToolContext): Declared[] {
  return [...namedChannels(policy)].map(([name, at]): Declared => {
    const ask = async (): Promise<string> => {
      const fault = channelFault(name, config);
      if (fault !== undefined) {
        throw toolFailure("source-not-configured", `approvers cannot be notified there: ${fault}`, {
          hint: `${at} names it`,
        });
      }
      const { slack } = config;
      return name.startsWith("slack:") && slack !== undefined
        ? createSlack(slack, context.fetch).whoAmI()
        : "declared; it takes messages and answers no questions";
    };
    return { section: "policy", name, kind: "notices", ask: () => verdictOf(at, ask) };
  });
}
