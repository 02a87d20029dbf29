/** Builds the command line from the declarations, runs one command, and tells how it ended. Loads nothing heavy. */
import { Command, CommanderError, Option } from "commander";
import { EXIT, type ExitCode } from "../../vocabulary/codes.js";
import { isProblemCode, type Problem } from "../../vocabulary/problems.js";
import { COMMANDS } from "./commands.js";
import type { Declared } from "./declared.js";
import { type Ending, failed } from "./ending.js";
import { Left } from "./leave.js";
import type { Session } from "./session.js";

export type OpenSession = (wishes: { json: boolean; input: boolean }) => Session;

const WHAT_IT_IS = `Examples:
  autoops demo                                        see the whole path, on a real small service
  autoops plan "checkout returns 500s since the last deploy"
  autoops validate workflow.yaml
  autoops run workflow.yaml
  autoops approve RUN NODE --comment "seen the graphs"
`;

const WHAT_CODES_MEAN = `
Exit codes: 0 done · 1 the run failed, or problems were found · 2 usage or configuration · 3 the policy refuses ·
4 a gate was rejected or expired · 5 not found · 6 not allowed · 7 Temporal unreachable or no worker polls ·
8 waited long enough, the run goes on · 130 interrupted`;

/** Runs the command that `argv` names (without node and script); resolves with the exit code, never rejects. */
export async function runProgram(
  argv: readonly string[],
  openSession: OpenSession,
  commands: readonly Declared[] = COMMANDS,
): Promise<ExitCode> {
  // As most programs have it; ours is a command.
  if (["--version", "-V"].includes(argv[0] ?? "")) {
    return runProgram(["version", ...argv.slice(1)], openSession, commands);
  }
  const wishes = { json: argv.includes("--json"), input: !argv.includes("--no-input") };
  const session = openSession(wishes);
  let ending: Ending | undefined;
  const program = build(session, commands, (reached) => {
    ending = reached;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    ending =
      error instanceof Left
        ? { exit: EXIT.interrupted, document: { ok: false, problems: [], status: "interrupted" } }
        : failed([problemOf(error, called(program, argv))]);
  }
  if (ending === undefined) return EXIT.done;
  session.print.finishLine();
  if (ending.problems !== undefined) session.print.problems(ending.problems);
  if (!ending.told) session.print.document(ending.document);
  return ending.exit;
}

function build(session: Session, commands: readonly Declared[], end: (ending: Ending) => void): Command {
  const program = new Command("autoops")
    .description("From a goal in plain words to a checked graph that runs as one durable Temporal workflow.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.stdout.write(text),
      // Told below, together with the code and as JSON where that is wanted.
      writeErr: () => undefined,
    })
    .showSuggestionAfterError(true)
    .addHelpText("before", WHAT_IT_IS)
    .addHelpText("after", WHAT_CODES_MEAN);
  addCommon(program);
  for (const declared of commands) declare(program, declared, session, end);
  return program;
}

function declare(parent: Command, declared: Declared, session: Session, end: (ending: Ending) => void): void {
  const command = parent.command(declared.usage).description(declared.says);
  if (declared.examples.length > 0) {
    command.addHelpText("before", `Examples:\n${declared.examples.map((line) => `  ${line}`).join("\n")}\n`);
  }
  for (const option of declared.options ?? []) command.addOption(option);
  addCommon(command);
  for (const inner of declared.commands ?? []) declare(command, inner, session, end);
  const { load } = declared;
  if (load === undefined) return;
  command.action(async (...given: unknown[]) => {
    const words = given.slice(0, -2).filter((word) => typeof word === "string");
    const run = await load();
    end(await run(session, words, command.optsWithGlobals()));
  });
}

function addCommon(command: Command): void {
  command.addOption(new Option("--json", "one JSON document on standard output, everything else on standard error"));
  command.addOption(new Option("--no-input", "ask nothing, even on a terminal"));
}

/** The command that was meant, as it is called. */
function called(program: Command, argv: readonly string[]): string {
  const path = ["autoops"];
  let command: Command | undefined = program;
  for (const word of argv.filter((one) => !one.startsWith("-"))) {
    command = command?.commands.find((one) => one.name() === word);
    if (command === undefined) break;
    path.push(word);
  }
  return path.join(" ");
}

/** Options of the Python version that another command of ours takes. */
const ELSEWHERE: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^unknown option '--service'/,
    "autoops plan, plan-and-run and investigate are about a service: say it in the goal, or plan --service NAME",
  ],
];

function problemOf(error: unknown, name: string): Problem {
  if (error instanceof CommanderError) {
    const said = error.message.replace(/^error: /, "");
    const message = error.code === "commander.help" ? "a command must be named" : said;
    const elsewhere = ELSEWHERE.find(([pattern]) => pattern.test(said))?.[1];
    const all = "autoops --help lists the commands and their options";
    const own = name === "autoops" ? all : `${name} --help tells of this one, autoops --help lists the commands`;
    return { code: "usage", at: "", message, hint: elsewhere ?? own };
  }
  const { code, message, hint } = error as { code?: unknown; message?: string; hint?: string };
  if (isProblemCode(code)) return { code, at: "", message: message ?? "", hint };
  const disk = diskProblem(error as NodeJS.ErrnoException);
  if (disk !== undefined) return disk;
  return { code: "internal", at: "", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** What the disk refuses is no fault of ours, and a stack helps nobody. */
const DISK = new Set(["ENOENT", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EISDIR", "EMFILE", "EIO"]);

function diskProblem({ code = "", path = "", syscall = "use" }: NodeJS.ErrnoException): Problem | undefined {
  if (!DISK.has(code)) return undefined;
  const message = `${path === "" ? "a file" : path} cannot be used (${syscall}: ${code})`;
  return { code: "file-unreadable", at: path, message, hint: "check its owner, its mode and the room on the disk" };
}
