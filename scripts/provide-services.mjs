// Builds the programs that some tests and measurements use into the cache, from their official Go modules. Slow, once.
//   node scripts/provide-services.mjs [NAME …]   (default: helm; a name that is not there is answered with those that are)
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Pinned to what the Go release of this machine can build. A module with a `replace` is refused by `go install`: such a
 * program is a dependency of a small module of ours (`from`) that repeats its replacements, with checksums of all.
 */
const SERVICES = {
  helm: { modules: ["helm.sh/helm/v3/cmd/helm@v3.19.0"], programs: ["helm"], about: "three minutes" },
  "temporal-server": {
    modules: ["go.temporal.io/server/cmd/server@v1.31.2", "go.temporal.io/server/cmd/tools/sql@v1.31.2"],
    programs: ["server", "sql"],
    about: "six minutes",
  },
  "victoria-logs": {
    from: "services/victoria-logs",
    modules: ["github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs"],
    programs: ["victoria-logs"],
    about: "half a minute",
  },
  loki: {
    from: "services/loki",
    modules: ["github.com/grafana/loki/v3/cmd/loki"],
    programs: ["loki"],
    about: "seven minutes",
  },
  // Jaeger 2 is built on the OpenTelemetry collector: it takes spans by OTLP.
  jaeger: {
    from: "services/jaeger",
    modules: ["github.com/jaegertracing/jaeger/cmd/jaeger"],
    programs: ["jaeger"],
    about: "seven minutes",
  },
  etcd: { from: "services/etcd", modules: ["go.etcd.io/etcd/server/v3"], programs: ["etcd"], about: "a minute" },
  kubernetes: {
    from: "services/kubernetes",
    modules: [
      "k8s.io/kubernetes/cmd/kube-apiserver",
      "k8s.io/kubernetes/cmd/kube-controller-manager",
      "k8s.io/kubernetes/cmd/kube-scheduler",
    ],
    programs: ["kube-apiserver", "kube-controller-manager", "kube-scheduler"],
    about: "nine minutes",
  },
  // Plays the kubelets of a control plane that has no nodes.
  kwok: { modules: ["sigs.k8s.io/kwok/cmd/kwok@v0.8.0"], programs: ["kwok"], about: "two minutes" },
};

const say = (text) => console.error(`services: ${text}`);
const cache = process.env.AUTOOPS_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "autoops");
const bin = join(cache, "services", "bin");

function isThere(program) {
  try {
    accessSync(join(bin, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function build(name, { modules, programs, about, from }) {
  if (programs.every(isThere)) {
    say(`${name} is there (${join(bin, programs[0])})`);
    return true;
  }
  say(`building ${modules.join(" and ")}: about ${about}`);
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(cache, "services", ".build-"));
  try {
    // GOFLAGS of the user could turn verification off or build for another machine.
    const env = { ...process.env, GOBIN: folder, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" };
    // A copy: Go completes the list of modules where it is short, against the checksums that are there.
    if (from !== undefined) cpSync(join(import.meta.dirname, from), folder, { recursive: true });
    for (const [index, each] of modules.entries()) {
      const command = from === undefined ? ["install"] : ["build", "-mod=mod", "-o", join(folder, programs[index])];
      const args = [...command, "-trimpath", "-ldflags", "-s -w", each];
      const { status, error } = spawnSync("go", args, { env, cwd: folder, stdio: "inherit" });
      if (status === 0) continue;
      say(
        `${name} could not be built: ${error?.code === "ENOENT" ? "there is no `go` on PATH" : `go ended with ${status}`}`,
      );
      return false;
    }
    for (const program of programs) {
      chmodSync(join(folder, program), 0o755);
      renameSync(join(folder, program), join(bin, program));
    }
    say(`${name} is built (${join(bin, programs[0])})`);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ["helm"];
const unknown = wanted.filter((name) => SERVICES[name] === undefined);
if (unknown.length > 0) {
  say(`there is no ${unknown.join(", ")}; there are ${Object.keys(SERVICES).join(", ")}`);
  process.exitCode = 2;
} else if (!wanted.map((name) => build(name, SERVICES[name])).every(Boolean)) process.exitCode = 1;
