/** Tool `custom_script`: a declared program with arguments, in a sandbox that it cannot leave. Never a shell. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import { redact } from "../../core/redact.js";
import { unsafeProblem } from "../../platform/trusted-file.js";
import type { Script } from "../../schema/config/scripts.js";
import type { Config } from "../../schema/config.js";
import {
  SCRIPT_ARGUMENT_MAX_CHARS,
  SCRIPT_ARGUMENTS_MAX,
  SCRIPT_INPUT_MAX_BYTES,
  SCRIPT_KEPT_MAX_BYTES,
} from "../../vocabulary/script-limits.js";
import { defineTool, type ToolContext, ToolFailure, toolFailure } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { declaredNameSchema } from "./kit/names.js";
import { requireSandbox, runInSandbox, SHELLS } from "./kit/sandbox/bubblewrap.js";

/** A reference to a stored result stands for its content. */
const BLOB = /^blob:sha256:[0-9a-f]{64}$/;
const FIRST_LINE_BYTES = 200;

const paramsSchema = z.strictObject({
  program: declaredNameSchema,
  args: z
    .array(
      z
        .string()
        .max(SCRIPT_ARGUMENT_MAX_CHARS)
        .refine((text) => !text.includes("\0"), "text without NUL"),
    )
    .max(SCRIPT_ARGUMENTS_MAX)
    .default([]),
  /** Given on standard input: text, or the reference of a stored result. */
  input: z.string().default(""),
});
type Params = z.infer<typeof paramsSchema>;

const outputSchema = z.strictObject({
  program: z.string(),
  path: z.string(),
  args: z.array(z.string()),
  exit: z.int(),
  /** The last of what it wrote. */
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  /** What standard output says, where all of it is one JSON document. */
  json: z.json().optional(),
  findings: findingsSchema,
});

export const customScript = defineTool({
  name: "custom_script",
  description: "Runs a declared program with arguments in a sandbox: no network, nothing to write to, no shell.",
  nodeTypes: ["custom_script"],
  effect: "write",
  idempotency: "none",
  params: paramsSchema,
  output: outputSchema,
  reach: reachOfScript,
  async preview(params, context) {
    await usable(scriptNamed(params.program, context.config));
    await requireSandbox(context.signal);
    return { before: null, after: `runs ${params.program} ${JSON.stringify(params.args)} in the sandbox` };
  },
  run,
});

async function run(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const script = scriptNamed(params.program, context.config);
  if (context.attempt > 1) {
    const message = `attempt ${context.attempt} did not run ${params.program}: an earlier one may have`;
    throw toolFailure("outcome-unknown", message, {
      hint: "look at what it should have done before it is run again",
      retryable: false,
    });
  }
  await usable(script);
  const input = await inputOf(params.input, context);
  const result = await runInSandbox({ script, args: params.args, input }, context.signal);
  const { exit, endedBy, overflowed, overMemory, started } = result;
  if (!started) throw failed(params.program, `could not be started (${result.fault})`);
  if (overflowed) throw failed(params.program, "wrote more than it may and was ended");
  if (overMemory) throw failed(params.program, `was ended: its processes together took over ${script.memory_mb} MB`);
  const said = lastLine(result.stderr.trim() === "" ? result.stdout : result.stderr);
  if (exit === null) throw failed(params.program, `was ended by ${endedBy}`);
  if (!script.expect_exit.includes(exit)) throw failed(params.program, `ended with code ${exit}${said}`);
  return {
    program: params.program,
    path: script.path,
    args: params.args,
    exit,
    stdout: kept(result.stdout),
    stderr: kept(result.stderr),
    truncated: [result.stdout, result.stderr].some((text) => text.length > SCRIPT_KEPT_MAX_BYTES),
    ...jsonOf(result.stdout),
    findings: [finding(`${params.program} ended with code ${exit}`, [`ran ${script.path} in the sandbox`])],
  };
}

async function inputOf(input: string, context: ToolContext): Promise<string> {
  const text = BLOB.test(input) ? await context.blobs.get(input) : input;
  if (Buffer.byteLength(text) <= SCRIPT_INPUT_MAX_BYTES) return text;
  throw toolFailure("params-invalid", `input must have at most ${SCRIPT_INPUT_MAX_BYTES} bytes`, { retryable: false });
}

/** The file must be ours alone to change, and no shell, nor a text that one would read. Throws `config-invalid` or `file-unsafe`. */
async function usable(script: Script): Promise<void> {
  const { path } = script;
  if (SHELLS.includes(basename(path))) throw refused(path, "is a shell, and none runs here");
  let file: Awaited<ReturnType<typeof open>>;
  try {
    const unsafe = unsafeProblem(path);
    if (unsafe !== undefined) throw toolFailure(unsafe.code, unsafe.message, { hint: unsafe.hint, retryable: false });
    file = await open(path, "r");
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw refused(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0);
    const [line = ""] = buffer.toString("latin1", 0, bytesRead).split("\n", 1);
    const words = line.startsWith("#!") ? line.slice(2).trim().split(/\s+/) : [];
    const shell = words.map((word) => basename(word)).find((word) => SHELLS.includes(word));
    if (shell !== undefined) throw refused(path, `is a script for ${shell}, and no shell runs here`);
  } finally {
    await file.close();
  }
}

function lookUp(name: string, config: Config): { script: Script } | { message: string; hint: string } {
  const scripts = config.scripts ?? {};
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script !== undefined) return { script };
  const names = Object.keys(scripts).sort();
  const hint = names.length > 0 ? `declared: ${names.join(", ")}` : "declare it under scripts in config.yaml";
  return { message: `config.yaml declares no script ${JSON.stringify(name.slice(0, 63))}`, hint };
}

function scriptNamed(name: string, config: Config): Script {
  const found = lookUp(name, config);
  if ("script" in found) return found.script;
  throw toolFailure("target-not-declared", found.message, { hint: found.hint });
}

function reachOfScript(params: { program?: unknown }, config: Config, at: string): Reach {
  const name = params.program;
  if (typeof name !== "string" || name.includes("{{")) return { urls: [], environment: "production", problems: [] };
  const found = lookUp(name, config);
  if ("script" in found)
    return { urls: [], target: name, environment: found.script.environment ?? "production", problems: [] };
  const { message, hint } = found;
  return {
    urls: [],
    environment: "production",
    problems: [{ code: "target-not-declared", at: `${at}.program`, message, hint }],
  };
}

const refused = (path: string, why: string): ToolFailure =>
  toolFailure("config-invalid", `${path} of scripts in config.yaml ${why}`, {
    hint: "declare a program that can be read and is not a shell",
    retryable: false,
  });
const failed = (program: string, how: string): ToolFailure =>
  toolFailure("tool-failed", `${program} ${how}`, {
    hint: "it could change nothing outside its sandbox",
    retryable: false,
  });

const kept = (text: string): string => redact(text.slice(-SCRIPT_KEPT_MAX_BYTES));

function lastLine(text: string): string {
  const line = redact(text).trimEnd().split("\n").at(-1)?.slice(-300) ?? "";
  return line === "" ? "" : `: ${line}`;
}

function jsonOf(text: string): { json?: z.infer<ReturnType<typeof z.json>> } {
  if (text.length > SCRIPT_KEPT_MAX_BYTES || !/^\s*[[{]/.test(text)) return {};
  try {
    return { json: JSON.parse(text) };
  } catch {
    return {};
  }
}
