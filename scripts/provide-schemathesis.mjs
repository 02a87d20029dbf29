// Installs Schemathesis, which the façade is tested with, into the cache: a Python environment of its own. Quick when it is there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "4.32.5";
const cache = process.env.AUTOOPS_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "autoops");
const folder = join(cache, "services", `schemathesis-${VERSION}`);
// Written last: an environment that was left half made is made again.
const done = join(folder, "complete");
const say = (text) => console.error(`schemathesis: ${text}`);

function install() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(cache, "services"), { recursive: true, mode: 0o700 });
  const steps = [
    ["python3", ["-m", "venv", folder]],
    [join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", `schemathesis==${VERSION}`]],
  ];
  for (const [program, words] of steps) {
    const { status, error } = spawnSync(program, words, { stdio: ["ignore", "inherit", "inherit"] });
    if (status === 0) continue;
    say(`it could not be installed: ${program} ${error?.code ?? `ended with ${status}`}; its test is skipped`);
    return false;
  }
  writeFileSync(done, VERSION);
  return true;
}

if (existsSync(done)) say(`${VERSION} is there (${folder})`);
else if (install()) say(`installed ${VERSION} (${folder})`);
else process.exitCode = 1;
