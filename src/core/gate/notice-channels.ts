/**
 * The channels that the policy names for gates: whether this machine's configuration lets them deliver at all.
 * Imports no package and reads no clock.
 */

import type { Problem } from "../../vocabulary/problems.js";
import type { Policy } from "../policy.js";

/** What config.yaml declares, as far as this looks. */
interface Declared {
  slack?: unknown;
  channels: Record<string, { kind: string }>;
}

const KINDS = ["slack", "webhook", "pagerduty", "email"];

/** Every name once, with the key of the policy that names it first. */
export function namedChannels({ approval }: Pick<Policy, "approval">): Map<string, string> {
  const named = new Map<string, string>();
  const add = (name: string | undefined, at: string) => {
    if (name !== undefined && !named.has(name)) named.set(name, at);
  };
  add(approval.notify_channel, "approval.notify_channel");
  for (const { name, escalate = [] } of approval.rules ?? []) {
    for (const rung of escalate) add(rung.channel, `approval.rules (${name})`);
  }
  return named;
}

/** Why a channel cannot deliver, as far as the configuration tells; undefined where it may. */
export function channelFault(name: string, { slack, channels }: Declared): string | undefined {
  const [kind = "", channelName = ""] = name.split(":", 2);
  if (!KINDS.includes(kind)) return `${kind} notices are not available`;
  if (kind === "slack") return slack === undefined ? "config.yaml has no section slack" : undefined;
  const channel = Object.hasOwn(channels, channelName) ? channels[channelName] : undefined;
  return channel?.kind === kind ? undefined : `config.yaml declares no such channel of kind ${kind}`;
}

/** One problem for each channel of the policy that cannot deliver: its gates are asked, and nobody is told. */
export function channelProblems(policy: Pick<Policy, "approval">, config: Declared): Problem[] {
  return [...namedChannels(policy)].flatMap(([name, at]) => {
    const fault = channelFault(name, config);
    if (fault === undefined) return [];
    const message = `${at} names ${name}, and approvers cannot be notified there: ${fault}`;
    return [{ code: "source-not-configured", at, message, hint: "declare it in config.yaml, or take it out" } as const];
  });
}
