/** An effect on a target of kind `command`: a program with arguments, and a state that another prints. */
import { redact } from "../../../../core/redact.js";
import { withoutSecrets } from "../../../../platform/secrets.js";
import type { CommandAction } from "../../../../schema/config.js";
import type { JsonObject } from "../../../../schema/json.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../../define-tool.js";
import { excerpt } from "../http-answers.js";
import { type Executor, LostAnswer, refused } from "./executor.js";
import { fillIn, fillInText } from "./fill-in.js";
import { type CommandResult, runCommand } from "./run-command.js";

/** How a program learns the key, where its target declares that it honours one. */
const KEY_VARIABLE = "AUTOOPS_IDEMPOTENCY_KEY";
/** Characters shown of what a program said last. */
const SAID_MAX_CHARS = 300;

/** Prepares the effect; nothing is started yet. */
export function commandExecutor(
  name: string,
  action: CommandAction,
  params: JsonObject,
  context: ToolContext,
): Executor {
  const argv = argumentsOf(action.argv, params, name);
  const env = environmentOf(action, context);
  const secrets = Object.entries(action.env ?? {}).flatMap(([key, value]) =>
    value.startsWith("env:") ? [env[key] ?? ""] : [],
  );
  const run = async (list: readonly string[]): Promise<CommandResult> => {
    const { stdout, stderr, ...result } = await runCommand(list, env, context.signal);
    return { ...result, stdout: withoutSecrets(stdout, secrets), stderr: withoutSecrets(stderr, secrets) };
  };
  return {
    request: { program: argv[0] ?? "" },
    act: async () => judge(name, action, await run(argv), context),
    state: action.state === undefined ? undefined : stateOf(name, action.state, params, run),
  };
}

/** Each entry of the list becomes one argument, whatever a template puts into it. */
function argumentsOf(argv: readonly string[], params: JsonObject, name: string): string[] {
  return argv.map((entry, index) => {
    if (!entry.includes("{{")) return entry;
    const where = `argument ${index} of the target ${name}`;
    if (index === 0) {
      const message = `the program of the target ${name} must not be a template`;
      throw toolFailure("config-invalid", message, { hint: "name the program itself", retryable: false });
    }
    const value = fillIn(entry, params, where);
    if (value === null) throw toolFailure("template-failed", `${where} must not be null`, { retryable: false });
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (text.includes("\0")) throw toolFailure("params-invalid", `${where} must not hold a NUL`, { retryable: false });
    if (entry.startsWith("{{") && text.startsWith("-")) {
      const message = `${where} must not begin with -, since it comes from the params`;
      throw toolFailure("params-invalid", message, {
        hint: "write --name={{ … }} in config.yaml if it is meant",
        retryable: false,
      });
    }
    return text;
  });
}

function environmentOf(action: CommandAction, context: ToolContext): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(action.env ?? {})) {
    env[key] = value.startsWith("env:") ? context.secret(value) : value;
  }
  if (action.idempotency === "key") env[KEY_VARIABLE] = context.idempotencyKey;
  return env;
}

function judge(name: string, action: CommandAction, result: CommandResult, context: ToolContext): void {
  if (!result.started) throw notStarted(name, result);
  if (context.signal.aborted) throw new LostAnswer("the program was stopped before it had ended");
  if (result.endedBy !== null) throw new LostAnswer(`the program was ended by ${result.endedBy}`);
  if (action.expect_exit.includes(result.exit ?? -1)) return;
  throw refused(`the program of the target ${name} ended with code ${result.exit}${saying(result)}`);
}

function stateOf(
  name: string,
  state: NonNullable<CommandAction["state"]>,
  params: JsonObject,
  run: (argv: readonly string[]) => Promise<CommandResult>,
): NonNullable<Executor["state"]> {
  const argv = argumentsOf(state.argv, params, name);
  return {
    wanted: fillInText(state.done_when, params, "done_when"),
    async read() {
      const result = await run(argv);
      if (!result.started) throw notStarted(name, result);
      if (result.exit === 0) return result.stdout.trim();
      const how = result.endedBy === null ? `ended with code ${result.exit}` : `was ended by ${result.endedBy}`;
      throw toolFailure("source-error", `the program that reads the state of ${name} ${how}${saying(result)}`);
    },
  };
}

function notStarted(name: string, result: CommandResult): ToolFailure {
  const why = result.fault === "ENOENT" ? "there is no such program" : `it failed with ${result.fault}`;
  const message = `the program of the target ${name} could not be started: ${why}`;
  return toolFailure("config-invalid", message, { hint: "check argv in config.yaml", retryable: false });
}

/** What the program said last, on one line. */
function saying(result: CommandResult): string {
  const text = result.stderr.trim() === "" ? result.stdout : result.stderr;
  const said = excerpt(redact(text).trimEnd().slice(-SAID_MAX_CHARS));
  return said === "" ? "" : `: ${said}`;
}
