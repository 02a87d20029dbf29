/** Builds the Temporal CLI from its official Go module: slow, and works where only the module proxy can be reached. */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TemporalCliSource } from "../../schema/temporal-dev.js";
import type { Say } from "../lock.js";
import type { Environment } from "./cache.js";
import { findOnPath, isExecutable, lastLines, runProgram } from "./program.js";

const TIMEOUT_MS = 30 * 60_000;
const SAY_EVERY_MS = 5_000;

/** What the Go tool needs of the environment: where things are and how to reach the network, no credentials of ours. */
const PASSED = /^(HOME|PATH|USER|TMPDIR|TEMP|TMP|LANG|NETRC|SystemRoot|USERPROFILE|LOCALAPPDATA)$|^(GO|XDG_|SSL_CERT_)/;
const PROXIES = /^(https?|all|no)_proxy$/i;
/** Would turn verification off, build for another machine, or change what is built. */
const NOT_PASSED = /^(GOFLAGS|GOOS|GOARCH|GOBIN|GOWORK|GO111MODULE|GONOSUMCHECK|GOINSECURE)$/;

function buildEnvironment(environment: Environment, binDirectory: string): Environment {
  const passed = Object.entries(environment).filter(
    ([name]) => (PASSED.test(name) || PROXIES.test(name)) && !NOT_PASSED.test(name),
  );
  return { ...Object.fromEntries(passed), GOBIN: binDirectory, GOWORK: "off", CGO_ENABLED: "0" };
}

export type Obtained = { ok: true; path: string; directory: string } | { ok: false; reason: string };

interface BuildOptions {
  source: TemporalCliSource;
  environment: Environment;
  /** A fresh folder is made in it; the caller moves the program and removes the folder. */
  parent: string;
  say: Say;
  signal?: AbortSignal;
}

/** `go install` of the pinned version into a folder of its own, its modules verified as the user's Go is set up to. */
export async function buildCli({ source, environment, parent, say, signal }: BuildOptions): Promise<Obtained> {
  const [go] = await findOnPath("go", environment);
  if (go === undefined) return { ok: false, reason: "there is no `go` on PATH to build it with" };
  const directory = await mkdtemp(join(parent, ".build-"));
  const module_ = `${source.go_module}@v${source.version}`;
  say(`building ${module_} with ${go}: about three minutes, once`);
  const stopTelling = tellProgress(say);
  const ended = await runProgram(go, {
    args: ["install", "-v", "-trimpath", "-ldflags", "-s -w", module_],
    environment: buildEnvironment(environment, directory),
    cwd: directory,
    timeoutMs: TIMEOUT_MS,
    signal,
    onOutput: stopTelling.saw,
  }).finally(stopTelling.end);
  const path = join(directory, process.platform === "win32" ? "temporal.exe" : "temporal");
  if (ended.ok && (await isExecutable(path))) return { ok: true, path, directory };
  await rm(directory, { recursive: true, force: true });
  const reason = ended.ok ? "made no program" : ended.reason;
  return { ok: false, reason: `go install ${module_} ${reason}: ${lastLines(ended.output, 5)}` };
}

function tellProgress(say: Say): { saw: (text: string) => void; end: () => void } {
  const startedAtMs = Date.now();
  let packages = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAtMs) / 1_000);
    say(`building: ${seconds} s, ${packages} packages compiled so far`);
  }, SAY_EVERY_MS);
  return {
    // `go install -v` names one package a line, and downloads as `go: downloading …`.
    saw: (text) => {
      packages += text.split("\n").filter((line) => line !== "" && !line.startsWith("go: ")).length;
    },
    end: () => clearInterval(timer),
  };
}
