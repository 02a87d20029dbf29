/** What the demo says before it starts: both policies, what was declared, and how a second shell joins in. */
import type { Policy } from "../../../core/policy.js";
import { DEFAULT_POLICY } from "../../../core/policy.js";
import { span } from "../../../core/report/plain.js";
import type { Config } from "../../../schema/config.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Printer } from "../print.js";
import type { Environment } from "../session.js";
import { oneLine, style } from "../text.js";

export const GOAL = "checkout returns 500s since the last deploy; find out why and roll it back";

/** The key points of the two policies, as they were loaded. */
export function sayPolicies(print: Printer, policy: Policy, config: Config, shownAs: string): void {
  const tools = (names: string[] | undefined) => (names === undefined ? "those that only read" : names.join(", "));
  const point = (name: string, theirs: string, ours: string) => {
    print.say(`    ${name.padEnd(14)} ${style.dim(theirs.padEnd(24))} ${ours}`);
  };
  const on = (enabled: boolean) => (enabled ? "enabled" : "disabled");
  print.say(style.bold("Safety policy"));
  print.say(`    ${"".padEnd(14)} ${style.dim("the product's defaults".padEnd(24))} this demo (${shownAs})`);
  point("remediation", on(DEFAULT_POLICY.execution.enable_remediation), on(policy.execution.enable_remediation));
  point("tools", tools(DEFAULT_POLICY.tools.allowed), tools(policy.tools.allowed));
  point("writes", "always gated", "always gated");
  const wait = (seconds: number) => `${span(seconds * 1_000)}, then nothing is done`;
  point("gates wait", span(DEFAULT_POLICY.approval.timeout_seconds * 1_000), wait(policy.approval.timeout_seconds));
  const declared = [...Object.entries(config.sources), ...Object.entries(config.targets)];
  print.say(`    declared in demo/config.yaml, on loopback and in the demo's folder alone:`);
  print.say(`    ${declared.map(([name, { kind }]) => `${name} (${kind})`).join(", ")}`);
  print.say();
}

/** What the defaults say of the very graph that is about to run. */
export function sayRefusal(print: Printer, problems: readonly Problem[], shownAs: string): void {
  if (problems.length === 0) return;
  const first = problems.find((problem) => problem.code === "remediation-disabled") ?? problems[0];
  print.say(
    `The product's defaults would refuse this graph (${problems.length} problem(s), such as: ` +
      `${oneLine(first?.message ?? "")} ${style.dim(`[${first?.code}]`)});`,
  );
  print.say(`the demo's own ${shownAs} enables remediation, and each of its writes still waits for a person.`);
  print.say();
}

/** The commands for a second shell, with the variables that they need. */
export function sayOtherShell(print: Printer, call: string): void {
  print.say("From a second shell:");
  print.say(`    ${call} inbox`);
  print.say();
}

/** `NAME=value … node main.js`: how a second shell calls the program with the demo's settings. */
export function callFrom(environment: Environment, main: string): string {
  const names = ["TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "AUTOOPS_HOME"];
  const set = names.map((name) => `${name}=${quoted(environment[name] ?? "")}`);
  return `${set.join(" ")} node ${quoted(main)}`;
}

function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
