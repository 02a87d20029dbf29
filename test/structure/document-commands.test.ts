/** Every command line in a document, a comment of a shipped file or an example is one that the program takes; some are run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { COMMANDS } from "../../src/client/cli/commands.js";
import type { Declared } from "../../src/client/cli/declared.js";
import { done } from "../../src/client/cli/ending.js";
import { createPrinter } from "../../src/client/cli/print.js";
import { runProgram } from "../../src/client/cli/program.js";
import type { Session } from "../../src/client/cli/session.js";
import { OPERATIONS } from "../../src/client/http/operations.js";
import { createSecretResolver } from "../../src/platform/secrets.js";

const ROOT = resolve(import.meta.dirname, "../..");
const DOCUMENTS = [
  ...["README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "compose.yaml", "Dockerfile"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface Line {
  file: string;
  text: string;
  /** In a sentence a command may be named without what it needs. */
  isNamed: boolean;
}

/** At the beginning of a line, behind variables, a pipe or `npx`; elsewhere `autoops` is the name of something else. */
const COMMAND = /(?:^\s*(?:[#$] *)?(?:[A-Z_]+=\S+ )*|[|&(]\s*|npx )autoops ([a-z-].*)$/;

function linesOf(file: string): Line[] {
  const text = read(file).replace(/\\\n\s*/g, " ");
  const blocks = file.endsWith(".md")
    ? [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "")
    : [text];
  const fenced = blocks
    .flatMap((block) => block.split("\n"))
    .flatMap((line) => COMMAND.exec(line)?.[1] ?? [])
    .map((rest) => ({ file, text: rest, isNamed: !file.endsWith(".md") }));
  const sentences = file.endsWith(".md") ? text.replace(/^```\w*\n[\s\S]*?^```$/gm, "") : "";
  const named = [...sentences.matchAll(/`(?:npx )?autoops ([a-z-][^`]*)`/g)].map(([, rest]) => ({
    file,
    text: rest ?? "",
    isNamed: true,
  }));
  return [...fenced, ...named];
}

/** The words of a line as a shell gives them, up to a comment, a pipe or a redirection. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+/g)) {
    if (/^(?:#|\||>|>>|&&|;|2>.*|\()/.test(word)) break;
    words.push(word.replace(/^(["'])([\s\S]*)\1$/, "$2").replace(/\\(.)/g, "$1"));
  }
  return words;
}

/** `[…]` may be left out, `a|b` is one of them, `…` stands for more; each way is a line of its own. */
function waysOf(words: readonly string[]): string[][] {
  const plain = words
    .map((word) => word.replace(/[[\]]/g, "").replace(/[;,.]$/, ""))
    .filter((word) => !/^(?:…|\.\.\.)?$/.test(word));
  const at = plain.findIndex((word) => /^[\w-]+(?:\|[\w-]+)+$/.test(word));
  if (at < 0) return [plain];
  return (plain[at] ?? "").split("|").flatMap((one) => waysOf([...plain.slice(0, at), one, ...plain.slice(at + 1)]));
}

const nothing = async () => async () => done({});
const unloaded = (declared: Declared): Declared => ({
  ...declared,
  ...(declared.load === undefined ? {} : { load: nothing }),
  ...(declared.commands === undefined ? {} : { commands: declared.commands.map(unloaded) }),
});
const PARSED = COMMANDS.map(unloaded);
const home = mkdtempSync(join(tmpdir(), "documented-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function call(argv: readonly string[], commands: readonly Declared[]) {
  const told: string[] = [];
  const out = { write: (text: string) => told.push(text) };
  const exit = await runProgram(
    argv,
    ({ json }) => {
      const print = createPrinter({ stdout: out, stderr: out, json, plain: true });
      const environment = { ...process.env, AUTOOPS_HOME: home };
      const interrupt = new AbortController().signal;
      return {
        print,
        stdout: out,
        stdin: Readable.from([]),
        environment,
        canAsk: false,
        interrupt,
      } as unknown as Session;
    },
    commands,
  );
  return { exit, told: told.join("") };
}

const usageOf = async (words: readonly string[]): Promise<string | undefined> => {
  const { exit, told } = await call(words, PARSED);
  return exit === 0 ? undefined : told.trim().split("\n")[0];
};

const lines = DOCUMENTS.flatMap(linesOf);
const examples = (declared: readonly Declared[]): Line[] =>
  declared.flatMap((one) => [
    ...one.examples.map((text) => ({ file: one.usage, text: text.replace(/^.*?autoops /, ""), isNamed: false })),
    ...examples(one.commands ?? []),
  ]);

test("every command line in a document or an example is one that the program takes", async () => {
  const all = [...lines, ...examples(COMMANDS)];
  expect(all.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  for (const { file, text, isNamed } of all) {
    for (const words of waysOf(wordsOf(text))) {
      const fault = await usageOf(words);
      if (fault === undefined) continue;
      const isName = isNamed && words.every((word) => !word.startsWith("-") || word === "--json");
      if (isName && (await usageOf([...words.slice(0, 2), "--help"])) === undefined) continue;
      // In a sentence an option may stand without its value.
      if (isNamed && /argument missing/.test(fault)) continue;
      wrong.push(`${file}: autoops ${words.join(" ")}: ${fault}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("a command or an option that is not there would be seen", async () => {
  for (const line of ["nothing", "run f --nothing", "approve", "schema graph policy", "validate"]) {
    expect(await usageOf(wordsOf(line)), line).toBeDefined();
  }
  expect(await usageOf(["run", "f", "--detach"])).toBeUndefined();
});

/** These need no server and change nothing. */
const RUNNABLE = /^(?:version|schema \w|playbooks$|playbooks learned|tools$|tools show|templates|policy show)/;

test("those that need nothing are run", async () => {
  const ways = lines
    .filter(({ text, isNamed }) => RUNNABLE.test(text) && !isNamed)
    .flatMap(({ text }) => waysOf(wordsOf(text)));
  const runnable = [...new Set(ways.map((words) => words.join("\n")))].map((words) => words.split("\n"));
  expect(runnable.length).toBeGreaterThan(3);
  for (const words of runnable) {
    const { exit, told } = await call(words, COMMANDS);
    expect.soft(told, words.join(" ")).not.toContain("[internal]");
    // Without a configuration a plan lacks its sources; that is said, and no fault of the line.
    if (!words.includes("use")) expect.soft(exit, `${words.join(" ")}: ${told.slice(0, 300)}`).toBe(0);
    else expect.soft(exit, words.join(" ")).not.toBe(2);
  }
});

const readSources = (...files: string[]): string => files.map(read).join("\n");

/** What a document says is not there yet, with what shows that it is so. */
const NOT_YET: Record<string, () => Promise<void>> = {
  "Not yet: signed reports.": async () => {
    expect(readSources("src/core/report.ts", "src/platform/reports.ts")).not.toMatch(/\bsign\(|SignJWT|from "jose"/);
  },
  "Not yet: a bound on the number of runs.": async () => {
    expect(readSources("src/schema/write-limits.ts", "src/schema/policy.ts")).not.toMatch(/^ +\w*runs_\w*:/m);
  },
  "Not yet: sign-in": async () => {
    expect(
      Object.values(OPERATIONS)
        .map(({ path }) => path)
        .filter((path) => /login|sign-?in|callback|oauth/.test(path)),
    ).toEqual([]);
  },
  "Other stores than the environment: not yet.": async () => {
    const resolveSecret = createSecretResolver(() => "from the environment");
    for (const reference of ["vault:kv/a", "file:/run/secrets/a", "aws:a"]) {
      expect(() => resolveSecret(reference), reference).toThrow("env:NAME");
    }
  },
};

test("whatever is said to be not yet there is not there", async () => {
  const said = DOCUMENTS.filter((file) => file.endsWith(".md") && file !== "CONTRIBUTING.md").flatMap((file) =>
    [...read(file).matchAll(/[^.|\n]*\bnot yet\b(?! counted| \|)[^.|\n]*\.?/gi)].map(([sentence]) => sentence.trim()),
  );
  expect(said.filter((sentence) => !Object.hasOwn(NOT_YET, sentence))).toEqual([]);
  for (const prove of Object.values(NOT_YET)) await prove();
});
