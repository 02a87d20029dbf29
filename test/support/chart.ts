/** The Helm chart, rendered by Helm itself, and its manifests as plain values. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";

const CHART = resolve(import.meta.dirname, "../../deploy/helm/autoops");
/** Of a Helm built without the versions that its releases carry. */
const KUBERNETES = "1.30.0";

/** Where `scripts/provide-services.mjs` puts it; undefined where it has not been run. */
export const HELM = [join(cacheDirectory(process.env) ?? "/nonexistent", "services", "bin", "helm")].find(existsSync);

/** What a value of a manifest may be; tests look into it and fail where it is not there. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of other people's schemas, looked into by assertions alone
export type Manifest = any;

/** The least that the chart wants to be given. */
export const GIVEN = {
  image: { repository: "registry.example.com/autoops" },
  temporal: { address: "temporal-frontend.temporal:7233" },
  approvalKey: { existingSecret: "autoops-approval" },
};

export type Rendered = { ok: true; manifests: Manifest[]; text: string } | { ok: false; message: string };

/** Renders the chart with `values` over its own defaults; touches no cluster. */
export function render(values: object): Rendered {
  const folder = mkdtempSync(join(tmpdir(), "autoops-chart-"));
  try {
    const file = join(folder, "values.yaml");
    writeFileSync(file, stringify(values));
    // A home of its own: no repository, plugin or cluster of the user's has a part in it.
    const env = { PATH: "/usr/bin:/bin", HOME: folder, HELM_CACHE_HOME: folder, KUBECONFIG: join(folder, "none") };
    const args = ["template", "auto", CHART, "--namespace", "ops", "--kube-version", KUBERNETES, "--values", file];
    const { status, stdout, stderr } = spawnSync(HELM ?? "helm", args, { env, encoding: "utf8" });
    if (status !== 0) return { ok: false, message: stderr };
    const documents = parseAllDocuments(stdout).filter((document) => document.contents !== null);
    const errors = documents.flatMap((document) => document.errors);
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
    return { ok: true, text: stdout, manifests: documents.map((document) => document.toJS()) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
