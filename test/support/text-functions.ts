/** Every exported function of `src` that takes a text and answers at once: found by its declaration, called with what its types ask for. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { DEFAULT_POLICY, type Policy } from "../../src/core/policy.js";

const SRC = resolve(import.meta.dirname, "../../src");
/** Workflows load in their sandbox only, the page in a browser. */
const ELSEWHERE = /from "(?:preact|@temporalio\/workflow|@slack\/bolt)/;
/** What makes or opens something of the machine does no work on the text. */
const OF_MACHINE = /^(?:create|open|start|connect|clientOf|use[A-Z])/;
const DECLARED =
  /^export (?:function\*? (\w+)(?:<[^(]*>)?|const (\w+) =) ?\(((?:[^()]|\([^()]*\))*)\)(?:: ([^\n]*?))? (?:=>|\{)/gm;

export interface TextFunction {
  name: string;
  call(text: string): void;
}

type Filler = (text: string) => unknown;
const NETWORK = { allowed_hosts: ["*.example.org"], blocked_hosts: ["blocked.example.org"], allowed_private: [] };
const CONFIG = { files: { roots: [] }, sources: {}, targets: {}, trackers: {}, channels: {}, clusters: {}, mcp: {} };
const POLICY: Policy = { ...DEFAULT_POLICY, network: { ...DEFAULT_POLICY.network, ...NETWORK } };
const SERVICES = ["shop", "orders", "db-1"].map((name) => ({
  ...{ name, kinds: [], calls: [], labels: {}, instances: [`${name}:80`], also: [] },
}));

const BY_TYPE: ReadonlyArray<[RegExp, Filler]> = [
  [/^(?:string|Json|unknown)$/, (text) => text],
  [/^(?:readonly string\[\]|string\[\]|Iterable<string>)$/, (text) => [text, ...text.slice(0, 4_096).split(" ")]],
  [/^number$/, () => 100],
  [/^boolean$/, () => false],
  [/^NetworkRules$/, () => NETWORK],
  [/^Config$/, () => CONFIG],
  [/^ReadonlySet<string>$|^Set<string>$/, () => new Set<string>()],
  [/^(?:string|number|\w+) \| undefined$/, () => undefined],
  [/^\(\w+: string\) => string$|^Replace$/, () => (kind: string) => `[redacted:${kind}]`],
  [/^\(\w+: string\) => (?:boolean|string \| undefined)$/, () => () => undefined],
  [/^HttpAnswer$/, (text) => ({ status: 400, headers: { "content-type": "application/json" }, text, url: text })],
  [
    /^(?:JsonObject|Readonly<Record<string, (?:Json|string)>>|Record<string, string>)$/,
    (text) => ({ a: text.slice(0, 64) }),
  ],
  [/^z\.ZodType(?:<T>)?$/, () => z.string()],
  [/^Selection$/, () => ({ sinceMs: 0, untilMs: 1 })],
  [/^LogEntry$/, (text) => ({ timeMs: 0, level: "unknown", message: text })],
  [/^Policy$/, () => POLICY],
  [/^readonly (?:T|ServiceParam)\[\]$/, () => SERVICES],
];

/** A function of each declaration that can be called; each is loaded when it is asked for. */
export async function textFunctions(): Promise<TextFunction[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const found: TextFunction[] = [];
  for (const file of files.sort()) {
    const source = readFileSync(join(SRC, file), "utf8");
    if (ELSEWHERE.test(source) || /^(?:workflows|client\/web\/main|worker|demo)/.test(file)) continue;
    const fitting = [...source.matchAll(DECLARED)].flatMap(([, one, other, parameters = "", answer = ""]) => {
      const fillers = fillersOf(parameters);
      const name = one ?? other ?? "";
      return fillers === undefined || OF_MACHINE.test(name) || /Promise|=>/.test(answer) ? [] : [{ name, fillers }];
    });
    if (fitting.length === 0 && !file.startsWith("schema/")) continue;
    const loaded: Record<string, unknown> = await import(pathToFileURL(join(SRC, file)).href);
    for (const { name, fillers } of fitting) {
      const called = loaded[name];
      if (typeof called === "function")
        found.push({ name: `${file} ${name}`, call: (text) => wholly(called(...fillers.map((fill) => fill(text)))) });
    }
    found.push(...textSchemas(file, loaded));
  }
  return found;
}

/** Work in slices is done when all of them are. */
function wholly(answer: unknown): void {
  const next = (answer as Partial<Generator> | undefined)?.next;
  while (typeof next === "function" && next.call(answer as Generator, undefined).done !== true);
}

/** The schemas of texts that a file's schemas are made of: their expressions meet whatever a file or a request holds. */
function textSchemas(file: string, loaded: Record<string, unknown>): TextFunction[] {
  const found = new Set<z.ZodType>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof z.ZodString) found.add(value);
    else if (value instanceof z.ZodType) Object.values(value.def).forEach(visit);
    else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
      Object.values(value).forEach(visit);
  };
  for (const value of Object.values(loaded)) if (value instanceof z.ZodType) visit(value);
  const all = [...found];
  return all.length === 0
    ? []
    : [{ name: `${file} its schemas of text`, call: (text) => all.forEach((schema) => void schema.safeParse(text)) }];
}

/** What to give for each parameter that must be given, or nothing where one of them is no text, number or list. */
function fillersOf(parameters: string): Filler[] | undefined {
  const types = parameters
    .split(/,\s*(?=\w+\??:|\w+ =|\{|$)/)
    .map((parameter) => parameter.trim().replace(/,$/, ""))
    // What is put before each line: the answer would be as long as the product of the two.
    .filter((parameter) => parameter !== "" && !/^\w+\?:|=(?!>)|^by: string$/.test(parameter))
    .map((parameter) => parameter.slice(parameter.indexOf(":") + 1).trim());
  const fillers = types.map((type) => BY_TYPE.find(([form]) => form.test(type))?.[1]);
  const takesText = types.some((type) =>
    /^(?:string|Json|readonly string\[\]|string\[\]|Iterable<string>)$/.test(type),
  );
  return takesText && fillers.every((filler) => filler !== undefined) ? fillers : undefined;
}
