/** Getting the package that memory is kept with: nothing of it runs before its digest is known, and nothing half-made stays. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { installLibrary } from "../../../src/platform/memory/install.js";
import { libraryFolder, loadLibrary } from "../../../src/platform/memory/library.js";
import { temporaryHome } from "../../support/memory.js";

afterEach(() => vi.unstubAllEnvs());

/** A program `npm` that does what the script says, and writes down how it was called. */
function fakeNpm(script: string): { home: string; cache: string; calls(): string } {
  const home = temporaryHome();
  const bin = join(home, "bin");
  mkdirSync(bin);
  const calls = join(home, "calls");
  writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$*" >> "${calls}"\n${script}\n`);
  chmodSync(join(bin, "npm"), 0o755);
  vi.stubEnv("PATH", `${bin}:/usr/bin:/bin`);
  return { home, cache: join(home, "cache"), calls: () => readFileSync(calls, "utf8") };
}
const install = (cache: string) => installLibrary({ cache, say: () => undefined });
const left = (cache: string) => readdirSync(join(cache, "memory"));
/** A copy beside the program itself serves, and then nothing is installed. */
const isBeside = loadLibrary(undefined).ok;

test.skipIf(isBeside)(
  "another content than expected is refused before any of its code runs, and nothing stays",
  async () => {
    const lock = '{"packages":{"node_modules/better-sqlite3-multiple-ciphers":{"integrity":"sha512-other"}}}';
    const { cache, calls } = fakeNpm(`echo '${lock}' > package-lock.json`);
    expect(await install(cache)).toMatchObject({
      ok: false,
      problem: { code: "memory-not-installed", message: expect.stringContaining("another content than expected") },
    });
    expect(calls()).toBe("install --ignore-scripts --no-audit --no-fund\n");
    expect(left(cache)).toEqual([]);
  },
);

test.skipIf(isBeside)("what npm says when it fails is told, with what is needed", async () => {
  const { cache } = fakeNpm("echo 'no such registry' >&2; exit 7");
  const installed = await install(cache);
  expect(installed).toMatchObject({
    ok: false,
    problem: { hint: expect.stringContaining("npm install better-sqlite3") },
  });
  expect(JSON.stringify(installed)).toMatch(/npm ended with 7:.*no such registry/);
  expect(left(cache)).toEqual([]);
});

test.skipIf(isBeside)("without npm it says so", async () => {
  const home = temporaryHome();
  vi.stubEnv("PATH", home);
  expect(await install(join(home, "cache"))).toMatchObject({
    problem: { message: expect.stringContaining("there is no npm on PATH") },
  });
});

test.skipIf(isBeside || process.platform === "win32")("a package that others may write is not loaded", () => {
  const home = temporaryHome();
  const folder = join(libraryFolder(home), "node_modules/better-sqlite3-multiple-ciphers");
  mkdirSync(folder, { recursive: true });
  const ran = join(home, "ran");
  writeFileSync(join(folder, "index.js"), `require("fs").writeFileSync(${JSON.stringify(ran)}, "")`);
  chmodSync(join(folder, "index.js"), 0o666);
  expect(loadLibrary(home)).toMatchObject({ ok: false, problem: { code: "file-unsafe" } });
  expect(existsSync(ran)).toBe(false);
});
