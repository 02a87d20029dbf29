/**
 * Commits of a local repository: `git log` with a fixed list of arguments. A repository's own configuration may name
 * programs (signature checks, pagers, hooks, file monitors, transports); each is switched off here, nothing is fetched,
 * and no configuration of the user or the system is read.
 */
import type { Source } from "../../../schema/config.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import { isoText } from "../../tools/kit/instant.js";
import { seeingRootsAlone } from "../../tools/kit/sandbox/roots-alone.js";
import { type CommandResult, runCommand } from "../../tools/kit/targets/run-command.js";
import type { ChangeQuestion, ChangeReading, ReportedChange } from "../kit/change.js";
import { gitDirectory } from "./repository.js";

type GitSource = Extract<Source, { kind: "git" }> & { name: string };

/** Bytes of the answer; a commit takes some hundred. */
const OUTPUT_MAX_BYTES = 4_000_000;
const HASH_SHOWN = 12;
const SINCE_MIN_SECONDS = 100_000_000;

/** The environment is the whole of it: nothing of the worker's. */
const GIT_ENVIRONMENT: Record<string, string> = {
  HOME: "/nonexistent",
  XDG_CONFIG_HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "/bin/false",
  SSH_ASKPASS: "/bin/false",
  GIT_SSH_COMMAND: "/bin/false",
  // No transport at all: a partial clone would fetch what it lacks.
  GIT_ALLOW_PROTOCOL: "",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_PAGER: "cat",
  LC_ALL: "C",
  TZ: "UTC",
};
/** As strong as options of the command line: no file of a repository can set them otherwise. */
const OVERRIDES: Record<string, string> = {
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.pager": "cat",
  "core.sshCommand": "/bin/false",
  "core.gitProxy": "/bin/false",
  "core.askPass": "/bin/false",
  "credential.helper": "",
  "protocol.allow": "never",
  "log.showSignature": "false",
  "gpg.program": "/bin/false",
  "gpg.ssh.program": "/bin/false",
  "gpg.x509.program": "/bin/false",
  "diff.external": "/bin/false",
  "mailmap.file": "/dev/null",
};
const overrides = Object.entries(OVERRIDES).flatMap(([key, value], index) => [
  [`GIT_CONFIG_KEY_${index}`, key],
  [`GIT_CONFIG_VALUE_${index}`, value],
]);
const WHOLE_ENVIRONMENT: Record<string, string> = {
  ...GIT_ENVIRONMENT,
  GIT_CONFIG_COUNT: String(Object.keys(OVERRIDES).length),
  ...Object.fromEntries(overrides),
};
const FORMAT = ["%H", "%P", "%ct", "%an", "%D", "%s", ""].join("%x00");
const FIELDS = 6;

export async function gitChanges(
  source: GitSource,
  question: ChangeQuestion,
  context: ToolContext,
): Promise<ChangeReading> {
  const directory = await gitDirectory(source.path, context.config.files.roots);
  const args = logArguments(source, question);
  const { result, text, full } = await run(directory, args, context);
  const commits = commitsIn(text);
  const fault = full && !context.signal.aborted ? undefined : faultOf(source, result, context);
  if (fault !== undefined && (commits.length === 0 || fault.code === "cancelled")) throw fault;
  const changes = commits
    .map((commit) => reportedChange(commit, source))
    .filter(({ timeMs }) => timeMs >= question.sinceMs && timeMs <= question.untilMs);
  const lost = fault === undefined ? [] : [{ path: source.path, code: fault.code, message: fault.message }];
  const cut = full || commits.length > question.limit || lost.length > 0;
  return { changes, query: `git -C ${source.path} log ${args.join(" ")}`, cut, unreadable: lost };
}

/** What is asked, behind the fixed arguments. */
export function logArguments(
  { ref, paths }: Pick<GitSource, "ref" | "paths">,
  { sinceMs, untilMs, limit }: ChangeQuestion,
): string[] {
  const since = Math.floor(sinceMs / 1_000);
  return [
    // Git reads smaller numbers otherwise; no repository is older.
    ...(since < SINCE_MIN_SECONDS ? [] : [`--since=@${since}`]),
    `--until=@${Math.ceil(untilMs / 1_000)}`,
    `--max-count=${limit + 1}`,
    "--first-parent",
    "--end-of-options",
    ref,
    "--",
    ...(paths ?? []),
  ];
}

async function run(directory: string, args: readonly string[], context: ToolContext) {
  const argv = [
    // What lies under the roots was checked by name; links may change under Git's feet.
    ...(await seeingRootsAlone(context.config.files.roots)),
    "git",
    `--git-dir=${directory}`,
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    "log",
    `--format=tformat:${FORMAT}`,
    "--encoding=UTF-8",
    "--decorate-refs=refs/tags",
    "--no-color",
    "--no-mailmap",
    "--no-notes",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-patch",
    ...args,
  ];
  const enough = new AbortController();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const signal = AbortSignal.any([context.signal, enough.signal]);
  const onStdout = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes <= OUTPUT_MAX_BYTES) chunks.push(chunk);
    else enough.abort();
    context.heartbeat(`${bytes} bytes`);
  };
  const result = await runCommand(argv, WHOLE_ENVIRONMENT, signal, { onStdout });
  return { result, text: Buffer.concat(chunks).toString("utf8"), full: enough.signal.aborted };
}

interface Commit {
  hash: string;
  parent: string | undefined;
  timeMs: number;
  author: string;
  tag: string | undefined;
  subject: string;
}

/** Every field ends with a NUL; what comes after the last one is not there to its end. */
function commitsIn(text: string): Commit[] {
  const fields = text.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS < fields.length; at += FIELDS) {
    const [start = "", parents = "", seconds = "", author = "", refs = "", subject = ""] = fields.slice(
      at,
      at + FIELDS,
    );
    const hash = start.trim();
    if (!/^[0-9a-f]{40,64}$/.test(hash) || !/^-?\d{1,12}$/.test(seconds)) break;
    const tag = /(?:^|, )tag: ([^,]+)/.exec(refs)?.[1];
    commits.push({
      hash,
      parent: parents.split(" ", 1)[0] || undefined,
      timeMs: Number(seconds) * 1_000,
      author,
      tag,
      subject,
    });
  }
  return commits;
}

function reportedChange({ hash, parent, timeMs, author, tag, subject }: Commit, source: GitSource): ReportedChange {
  const short = hash.slice(0, HASH_SHOWN);
  return {
    timeMs,
    kind: "commit",
    what: subject === "" ? `Commit ${short}` : subject,
    version: tag === undefined ? short : `${tag} (${short})`,
    previous: parent?.slice(0, HASH_SHOWN),
    by: author,
    where: `${source.ref} of ${source.path}`,
    link: source.ui_url?.replaceAll("{commit}", hash),
  };
}

function faultOf(source: GitSource, result: CommandResult, context: ToolContext): ToolFailure | undefined {
  if (!result.started || result.stderr.startsWith("bwrap: execvp git:")) {
    const message = `git must be installed for the source ${source.name}; it could not be started (${result.fault ?? "ENOENT"})`;
    return toolFailure("program-missing", message, { hint: "install git on the worker's machine" });
  }
  if (context.signal.aborted) return toolFailure("cancelled", "reading the repository was cancelled");
  if (result.exit === 0) return undefined;
  const said = excerpt(result.stderr, 200);
  if (/bad revision|unknown revision|ambiguous argument/.test(result.stderr)) {
    const message = `the repository of ${source.name} has no commit ${source.ref}`;
    return toolFailure("source-refused", message, {
      hint: "check the source's ref in config.yaml; nothing is fetched here",
    });
  }
  const isNone = /not a git repository|unsupported|bad config|unknown repository/.test(result.stderr);
  const code = isNone ? "source-answer-invalid" : "source-error";
  return toolFailure(code, `the repository of ${source.name} could not be read: ${said}`);
}

/** A first question for `sources check`: the newest commit, whenever it was made. */
export async function newestCommit(source: GitSource, context: ToolContext): Promise<string> {
  const question = { sinceMs: 0, untilMs: context.now() + 86_400_000, limit: 0 };
  const { changes } = await gitChanges(source, question, context);
  const [first] = changes;
  if (first === undefined) throw toolFailure("source-empty", `the source ${source.name} has no commit`);
  return `the newest commit is ${first.version} of ${isoText(first.timeMs)}`;
}
