/** `autoops tools approve PATH`: shows what a package declares, and takes exactly that content for approved. Runs none of it. */
import { resolve } from "node:path";
import { inspectPackage, type SeenPackage } from "../../../app/tool-packages.js";
import { createAuditLog } from "../../../platform/audit/log.js";
import { type Environment, readEnvironment } from "../../../platform/environment.js";
import { storesOf } from "../../../platform/stores.js";
import { addApproval } from "../../../platform/tool-packages/approvals.js";
import { isConfirmed } from "../ask.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";
import { oneLine, style } from "../text.js";

export async function approvePackage(
  session: Session,
  [given = ""]: readonly string[],
  { digest: named }: { digest?: string },
): Promise<Ending> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return failed(read.problems);
  const path = resolve(given);
  const looked = await inspectPackage(path);
  if (!looked.ok) return failed(looked.problems);
  const seen = looked.value;
  show(session, seen);
  const { digest } = seen.contents;
  const { name, tools } = seen.manifest;
  const document = { path, name, digest, tools };
  if (named === undefined ? !(await agrees(session)) : named !== digest) {
    const message =
      named === undefined ? `nothing of ${name} was approved` : `${path} is not what ${named.slice(0, 64)} stands for`;
    const hint = `read it, then: autoops tools approve ${given} --digest ${digest}`;
    return failed([{ code: "tool-package-not-approved", at: path, message, hint }], document);
  }
  const approval = { name, digest, by: ownName(), time: new Date().toISOString() };
  const stores = storesOf(read.environment);
  const kept = await addApproval(stores.approvedTools, approval);
  if (!kept.ok) return failed(kept.problems);
  await record(session, read.environment, { package: name, digest, tools: tools.map((tool) => tool.name) });
  session.print.result(`${style.green("approved")}: ${style.bold(name)} as ${digest}`);
  session.print.result("workers load it when they start, if config.yaml lists it under tool_packages");
  return done({ ...document, approved: approval, file: stores.approvedTools });
}

function show({ print }: Session, { path, manifest, contents }: SeenPackage): void {
  print.result(`${style.bold(manifest.name)} in ${path}: ${contents.files.size} files, digest ${contents.digest}`);
  for (const { name, effect, node_types, idempotency, description, params } of manifest.tools) {
    const does = effect === "write" ? style.yellow(`write · gated · ${idempotency ?? "?"}`) : effect;
    print.result(`  ${style.bold(name)}  ${does}  ${node_types.join(", ")}`);
    print.result(`    ${oneLine(description, 200)}`);
    print.result(`    params: ${oneLine(JSON.stringify(params.properties ?? {}), 400)}`);
  }
  print.result("its code runs with all that the worker may do: read it before you approve it");
}

async function agrees(session: Session): Promise<boolean> {
  if (!session.canAsk) return false;
  return isConfirmed(session, "approve exactly this? [y/N] ");
}

async function record({ print }: Session, environment: Environment, details: object): Promise<void> {
  const onProblem = (message: string) => print.note(message);
  const audit = createAuditLog({ directory: storesOf(environment).audit, now: Date.now, onProblem });
  await audit.note({ event: "tool-package-approved", actor: ownName(), channel: "cli", details });
}
