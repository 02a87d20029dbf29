/**
 * Tells people of gates through the channels of config.yaml. A channel that fails is a result: the gate can be answered
 * and expires regardless.
 */
import type { Channel } from "../../schema/config/tickets.js";
import type { Config } from "../../schema/config.js";
import { channelOf, isChannelKind } from "../connectors/channels.js";
import type { ChannelKind } from "../connectors/contract.js";
import type { NoticeResult } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import type { GateMeans, GateMessage } from "./message.js";

/** The channel of the policy in force; undefined where it names none. */
export async function policyChannel({ policy }: Pick<Dependencies, "policy">): Promise<string | undefined> {
  const current = await policy();
  return current.ok ? current.policy.approval.notify_channel : undefined;
}

/** Tells one channel, by its name in the policy: `slack:#CHANNEL`, or a kind and a name of config.yaml. */
export async function tell(name: string, notice: GateMessage, means: GateMeans): Promise<NoticeResult> {
  const [kind = "", rest = ""] = name.split(":", 2);
  if (!isChannelKind(kind)) return { channel: name, ok: false, problem: `there are no channels of kind ${kind}` };
  const channel = channelNamed(kind, rest, means.config);
  if (channel === undefined) return { channel: name, ok: false, problem: "config.yaml declares no such channel" };
  if (channel.kind !== kind) return { channel: name, ok: false, problem: `it is of kind ${channel.kind}` };
  return channelOf(channel).tell(name, channel, notice, means);
}

function channelNamed(kind: ChannelKind, name: string, config: Config): Channel | undefined {
  const { named } = channelOf({ kind });
  if (named !== undefined) return named(name, config);
  return Object.hasOwn(config.channels, name) ? config.channels[name] : undefined;
}
