/** `autoops mcp check|accept`: what declared MCP servers say of their tools, and a person's word for it. */
import type { PinVerdict } from "../../../activities/connectors/mcp/pinned.js";
import { acceptMcp, type Inspected, inspectMcp } from "../../../app/mcp-pins.js";
import { createAuditLog } from "../../../platform/audit/log.js";
import type { Environment } from "../../../platform/environment.js";
import { storesOf } from "../../../platform/stores.js";
import type { McpDescriptor } from "../../../schema/mcp-pins.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { visible } from "../../../vocabulary/visible.js";
import { isConfirmed } from "../ask.js";
import { done, type Ending, failed } from "../ending.js";
import { lineDiff } from "../line-diff.js";
import { ownName, type Session } from "../session.js";
import { oneLine, style } from "../text.js";

export async function check(session: Session, [name]: readonly string[]): Promise<Ending> {
  const looked = await inspectMcp(session.environment, name, session.interrupt);
  if (!looked.ok) return failed(looked.problems);
  if (looked.servers.length === 0) session.print.result("config.yaml declares no MCP server");
  for (const server of looked.servers) show(session, server);
  const problems = looked.servers.flatMap(problemsOf);
  const document = { servers: looked.servers.map(documentOf) };
  return problems.length === 0 ? done(document) : failed(problems, document);
}

export async function accept(
  session: Session,
  [name = ""]: readonly string[],
  { digest }: { digest?: string },
): Promise<Ending> {
  const looked = await inspectMcp(session.environment, name, session.interrupt);
  if (!looked.ok) return failed(looked.problems);
  const [server] = looked.servers;
  if (server === undefined) return failed([]);
  show(session, server);
  const { print } = session;
  // A broken file of pins is replaced; a server that does not answer has nothing to accept.
  const unclear =
    server.digest === ""
      ? problemsOf(server)
      : problemsOf(server).filter(({ code }) => code === "source-answer-invalid");
  if (unclear.length > 0) return failed(unclear, documentOf(server));
  if (digest === undefined ? !(await agrees(session)) : digest !== server.digest) {
    const message =
      digest === undefined
        ? `nothing of ${name} was accepted`
        : `${name} does not list what ${digest.slice(0, 64)} stands for`;
    const hint = `read it with: autoops mcp check ${name} – then: autoops mcp accept ${name} --digest ${server.digest}`;
    return failed([{ code: "mcp-tool-not-accepted", at: name, message, hint }], documentOf(server));
  }
  const accepted = await acceptMcp(server, ownName(), session.environment);
  if (!accepted.ok) return failed(accepted.problems);
  await note(session, looked.environment, server);
  print.result(
    `accepted: ${style.bold(name)}, ${server.tools.length} tools, as ${server.digest}; workers follow from now on`,
  );
  return done({ ...documentOf(server), file: accepted.file });
}

async function agrees(session: Session): Promise<boolean> {
  if (!session.canAsk) return false;
  return isConfirmed(session, "accept what stands above? [y/N] ");
}

async function note({ print }: Session, environment: Environment, { name, digest, tools }: Inspected): Promise<void> {
  const onProblem = (message: string) => print.note(message);
  const audit = createAuditLog({ directory: storesOf(environment).audit, now: Date.now, onProblem });
  const details = { mcp_server: name, digest, tools: tools.map(({ action }) => action) };
  await audit.note({ event: "registry-changed", actor: ownName(), channel: "cli", details });
}

const SAYS: Record<PinVerdict["state"], string> = {
  pinned: "accepted",
  changed: "changed since it was accepted",
  new: "not accepted yet",
  missing: "declared in config.yaml, and not listed by the server",
  unclear: "cannot be accepted",
};

function show({ print }: Session, { name, transport, tools, undeclared, digest, problem }: Inspected): void {
  print.result(`${style.bold(name)} (${transport})`);
  if (problem !== undefined) print.result(`  ${style.red(problem.code)} ${oneLine(problem.message, 300)}`);
  for (const verdict of tools) {
    const { action, state, why, listed, accepted } = verdict;
    const says = why === undefined ? SAYS[state] : `${SAYS[state]}: ${why}`;
    print.result(`  ${state === "pinned" ? style.green(says) : style.yellow(says)}  ${style.bold(action)}`);
    if (state !== "new" && state !== "changed") continue;
    for (const line of lineDiff(textOf(accepted), textOf(listed))) {
      print.result(`    ${line.startsWith("+") ? style.green(line) : line.startsWith("-") ? style.red(line) : line}`);
    }
  }
  if (undeclared.length > 0)
    print.result(
      style.dim(`  listed and not declared, so refused: ${oneLine(undeclared.map(visible).join(", "), 600)}`),
    );
  if (tools.length > 0 && digest !== "") print.result(`  ${style.dim("digest")} ${digest}`);
}

/** What is accepted of a tool, as lines to read. */
function textOf(tool: McpDescriptor | undefined): string[] {
  if (tool === undefined) return [];
  const schema = (name: string, value: unknown): string[] =>
    value === null ? [] : `${name}: ${JSON.stringify(value, null, 2)}`.split("\n");
  const lines = [
    ...tool.description.split("\n"),
    ...schema("input", tool.input_schema),
    ...schema("output", tool.output_schema),
  ];
  return lines.map(visible);
}

function problemsOf({ name, tools, problem }: Inspected): Problem[] {
  const own = tools.flatMap(({ action, state, why }): Problem[] => {
    const at = `mcp_servers.${name}.tools.${action}`;
    const told = (code: Problem["code"], hint: string): Problem[] => [
      { code, at, message: `${action} of ${name} is ${why ?? SAYS[state]}`, hint },
    ];
    if (state === "pinned") return [];
    if (state === "new") return told("mcp-tool-not-accepted", `if it is right: autoops mcp accept ${name}`);
    if (state === "unclear") return told("source-answer-invalid", "take it out of config.yaml, or mend the server");
    if (state === "missing") return told("mcp-tool-changed", "take it out of config.yaml, or look at the server");
    return told("mcp-tool-changed", `if it is right: autoops mcp accept ${name}`);
  });
  return problem === undefined ? own : [problem, ...own];
}

function documentOf({ name, transport, tools, undeclared, digest, problem }: Inspected): object {
  const told = tools.map(({ action, state, why, listed, accepted, digest: own }) => ({
    action,
    state,
    why,
    digest: own,
    listed: state === "pinned" || listed === undefined ? undefined : listed,
    accepted: state === "pinned" || accepted === undefined ? undefined : accepted,
  }));
  return { server: name, transport, digest, tools: told, undeclared, problem };
}
