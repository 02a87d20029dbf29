/** What a supervisor or a shell left open to the worker is not open to the programs that the worker starts. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const MODULE = resolve("dist/activities/tools/kit/targets/run-command.js");
/** Tells what its own descriptors lead to. */
const ASK = `
const { runCommand } = await import(${JSON.stringify(MODULE)});
const contents = process.argv[1] === "given" ? [Buffer.from("given")] : undefined;
const look = "import os; print([os.path.realpath('/proc/self/fd/%d' % n) for n in (3, 9, 20) if os.path.exists('/proc/self/fd/%d' % n)], os.path.exists('/proc/self/fd/3') and os.read(3, 9))";
const said = await runCommand(["/usr/bin/python3", "-c", look], {}, AbortSignal.timeout(20000), contents === undefined ? {} : { contents });
console.log(said.stdout + said.stderr);
`;

test.skipIf(process.platform !== "linux" || !existsSync("/usr/bin/python3"))(
  "of what the worker inherited a program gets nothing (skipped: needs Linux and python3)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "inherited-"));
    writeFileSync(join(folder, "key"), "secret");
    const key = openSync(join(folder, "key"), "r");
    const open = (what: string): string => {
      // Node itself keeps the lowest ones to itself.
      const stdio = Array.from({ length: 21 }, (_, at) =>
        at < 3 ? "pipe" : at === 3 || at === 9 || at === 20 ? key : "ignore",
      );
      const args = ["--input-type=module", "-e", ASK, what];
      const { stdout, stderr } = spawnSync(process.execPath, args, { stdio: stdio as never, encoding: "utf8" });
      return stdout + stderr;
    };
    try {
      expect(open("nothing").trim()).toBe("['/dev/null'] False");
      expect(open("given").trim()).toMatch(/^\['.*(?:socket|pipe):\[\d+\]', '\/dev\/null'\] b'given'$/);
    } finally {
      closeSync(key);
      rmSync(folder, { recursive: true });
    }
  },
);
