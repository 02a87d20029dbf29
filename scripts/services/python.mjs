// Installs a program from PyPI into the cache, in a Python environment of its own. Quick when it is there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = process.env.AUTOOPS_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "autoops");

const QUIET = ["--quiet", "--disable-pip-version-check"];

/** Says on standard error what it does; a failure is told and makes the process end with 1. `beside` comes without what it depends on. */
export function providePython(name, version, beside = []) {
  const folder = join(cache, "services", `${name}-${version}`);
  // Written last: an environment that was left half made is made again.
  const done = join(folder, "complete");
  const pip = join(folder, "bin", "pip");
  const say = (text) => console.error(`${name}: ${text}`);
  if (existsSync(done)) {
    say(`${version} is there (${folder})`);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(cache, "services"), { recursive: true, mode: 0o700 });
  const steps = [
    ["python3", ["-m", "venv", folder]],
    [pip, ["install", ...QUIET, `${name}==${version}`]],
    ...(beside.length === 0 ? [] : [[pip, ["install", ...QUIET, "--no-deps", ...beside]]]),
  ];
  for (const [program, words] of steps) {
    const { status, error } = spawnSync(program, words, { stdio: ["ignore", "inherit", "inherit"] });
    if (status === 0) continue;
    say(`it could not be installed: ${program} ${error?.code ?? `ended with ${status}`}; its tests are skipped`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(done, version);
  say(`installed ${version} (${folder})`);
}
