/** Own tools as packages: read, held against what a person approved, copied, loaded, registered. Nothing else is loaded by a path. */

import type { ToolDefinition } from "../activities/define-tool.js";
import { readManifest, withCode } from "../activities/registry/package-tools.js";
import type { Registry } from "../activities/registry.js";
import type { Environment } from "../platform/environment.js";
import { storesOf } from "../platform/stores.js";
import { readApprovals } from "../platform/tool-packages/approvals.js";
import { type PackageContents, readPackage } from "../platform/tool-packages/contents.js";
import { copyPackage, loadFromCopy } from "../platform/tool-packages/private-copy.js";
import type { Manifest, PackageApproval, ToolPackageSettings } from "../schema/tool-packages.js";
import { messageOf } from "../vocabulary/message-of.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";

export interface SeenPackage {
  path: string;
  contents: PackageContents;
  manifest: Manifest;
  /** As declared, without code. */
  tools: ToolDefinition[];
}

/** A package whose tools were registered. */
export interface LoadedPackage {
  name: string;
  digest: string;
  tools: string[];
}

/** What stands in a folder, without running any of it. */
export async function inspectPackage(path: string): Promise<Result<SeenPackage>> {
  const read = await readPackage(path);
  if (!read.ok) return { ok: false, problems: [read.problem] };
  const manifest = readManifest(read.contents.files, path);
  if (!manifest.ok) return manifest;
  return { ok: true, value: { path, contents: read.contents, manifest: manifest.manifest, tools: manifest.tools } };
}

/** Loads all packages that config.yaml lists. One that is not exactly what was approved is a problem, and none counts. */
export async function loadPackages(
  listed: readonly ToolPackageSettings[],
  environment: Environment,
  registry: Registry,
): Promise<Result<LoadedPackage[]>> {
  if (listed.length === 0) return { ok: true, value: [] };
  const stores = storesOf(environment);
  const approvals = await readApprovals(stores.approvedTools);
  if (!approvals.ok) return approvals;
  const seen: SeenPackage[] = [];
  const problems: Problem[] = [];
  for (const settings of listed) {
    const looked = await inspectPackage(settings.path);
    const refused = looked.ok ? objection(looked.value, settings, approvals.packages) : undefined;
    if (!looked.ok) problems.push(...looked.problems);
    else if (refused !== undefined) problems.push(refused);
    else seen.push(looked.value);
  }
  if (problems.length > 0) return { ok: false, problems };
  const loaded: LoadedPackage[] = [];
  for (const one of seen) {
    const registered = await register(one, stores.toolPackages, registry);
    if (registered.ok) loaded.push(registered.value);
    else problems.push(...registered.problems);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: loaded };
}

function objection(
  { path, contents, manifest }: SeenPackage,
  settings: ToolPackageSettings,
  approvals: readonly PackageApproval[],
): Problem | undefined {
  const hint = `read it, then: autoops tools approve ${path}`;
  const { digest } = contents;
  if (settings.digest !== undefined && settings.digest !== digest) {
    const message = `the tool package ${path} is not the one that config.yaml names: its digest is ${digest}`;
    return {
      code: "tool-package-changed",
      at: path,
      message,
      hint: "restore the file that was approved, or change digest",
    };
  }
  if (approvals.some((approval) => approval.digest === digest)) return undefined;
  const before = approvals.findLast(({ name }) => name === manifest.name);
  if (before !== undefined) {
    const message = `the tool package ${path} has changed since ${before.by} approved ${before.name}: its digest is ${digest}, approved was ${before.digest}`;
    return { code: "tool-package-changed", at: path, message, hint };
  }
  const message = `nobody has approved the tool package ${path} (digest ${digest})`;
  return { code: "tool-package-not-approved", at: path, message, hint };
}

async function register(seen: SeenPackage, store: string, registry: Registry): Promise<Result<LoadedPackage>> {
  const { path, contents, manifest } = seen;
  const problems: Problem[] = [];
  try {
    const place = await copyPackage(store, contents);
    const module = await loadFromCopy(store, place, manifest.main);
    const coded = withCode(seen.tools, module, `${path}/${manifest.main}`);
    if (!coded.ok) return coded;
    for (const tool of coded.tools) problems.push(...registry.register(tool));
  } catch (error) {
    const reason = messageOf(error).slice(0, 300);
    problems.push({
      code: "tool-package-invalid",
      at: path,
      message: `the tool package ${path} could not be loaded: ${reason}`,
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { name: manifest.name, digest: contents.digest, tools: manifest.tools.map(({ name }) => name) },
  };
}
