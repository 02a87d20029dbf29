/**
 * The sandbox of `custom_script`: bubblewrap with no network, a read-only root of /usr alone, a temporary folder of its
 * own, no capability, no call that opens sandboxes, no environment, no shell, and limits that the kernel holds. Where any part of it cannot be had, nothing runs.
 */
import { constants, existsSync } from "node:fs";
import { access, realpath } from "node:fs/promises";
import type { Script } from "../../../../schema/config/scripts.js";
import { SCRIPT_FILES_MAX, SCRIPT_OUTPUT_MAX_BYTES } from "../../../../vocabulary/script-limits.js";
import { type ToolFailure, toolFailure } from "../../../define-tool.js";
import { type CommandResult, FIRST_CONTENTS, runCommand } from "../targets/run-command.js";
import { BWRAP, SYSTEM_TO_READ } from "./programs.js";
import { callFilter } from "./system-calls.js";
import { watchMemory } from "./total-memory.js";

const PRLIMIT = "/usr/bin/prlimit";
/** For a worker that runs as root: its limits would not count, and its files would be readable. */
const SETPRIV = "/usr/bin/setpriv";
const NOBODY = "65534";
/** Programs that run any text they are given: nothing stands at their paths inside. */
export const SHELLS = [
  "sh",
  "bash",
  "dash",
  "zsh",
  "ksh",
  "ksh93",
  "mksh",
  "rbash",
  "csh",
  "tcsh",
  "fish",
  "busybox",
  "toybox",
];
const MEGABYTE = 1_048_576;
const PROBE_MS = 10_000;

export interface Sandboxed {
  script: Script;
  args: readonly string[];
  input: string;
}

export interface SandboxResult extends CommandResult {
  /** All its processes together had more memory than they may, and were ended for that. */
  overMemory: boolean;
}

/** Runs the program to its end; throws `sandbox-not-available`, never runs it outside. */
export async function runInSandbox({ script, args, input }: Sandboxed, signal: AbortSignal): Promise<SandboxResult> {
  const program = await realpath(script.path);
  await requireSandbox(signal);
  const argv = [...(await wrapped(script, program)), program, ...args];
  const over = new AbortController();
  const options = {
    input,
    contents: [localFilter()],
    maxOutputBytes: SCRIPT_OUTPUT_MAX_BYTES,
    whileRunning: (pid: number) => watchMemory(pid, script.memory_mb * MEGABYTE, () => over.abort()),
  };
  const result = await runCommand(argv, {}, AbortSignal.any([signal, over.signal]), options);
  return { ...result, overMemory: over.signal.aborted };
}

/** Throws `sandbox-not-available` where a program is missing or the kernel refuses what it needs. */
export async function requireSandbox(signal: AbortSignal): Promise<void> {
  for (const program of [BWRAP, PRLIMIT, ...(isRoot() ? [SETPRIV] : [])]) {
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isThere) throw notAvailable(`the worker has no ${program}`);
  }
  const tried = await runCommand(
    [
      ...(await wrapped({ memory_mb: 256, processes: 8, folder_mb: 1, cpu_seconds: 5 }, "/usr/bin/true")),
      "/usr/bin/true",
    ],
    {},
    AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]),
    { contents: [localFilter()] },
  );
  if (tried.exit !== 0) throw notAvailable(`bubblewrap cannot make a sandbox here: ${tried.stderr.trim().slice(-200)}`);
}

function localFilter(): Buffer {
  const filter = callFilter();
  if (filter === undefined) throw notAvailable(`no filter of system calls is known for ${process.arch}`);
  return filter;
}

/** What stands before the program: each word an argument of its own. */
async function wrapped(
  limits: Pick<Script, "memory_mb" | "processes" | "folder_mb" | "cpu_seconds">,
  program: string,
): Promise<string[]> {
  const asNobody = isRoot() ? [SETPRIV, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] : [];
  const own = program.startsWith("/usr/") ? [] : ["--ro-bind", program, program];
  const size = ["--size", String(limits.folder_mb * MEGABYTE)];
  return [
    ...asNobody,
    BWRAP,
    ...["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv"],
    ...["--uid", NOBODY, "--gid", NOBODY, "--hostname", "sandbox", "--cap-drop", "ALL"],
    ...["--seccomp", String(FIRST_CONTENTS)],
    ...SYSTEM_TO_READ,
    ...["--proc", "/proc", ...withoutKeys(), "--dev", "/dev", ...size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ...[...size, "--tmpfs", "/tmp", ...own, ...(await withoutShells()), "--remount-ro", "/", "--chdir", "/tmp", "--"],
    PRLIMIT,
    // Inside, so that they count this sandbox's processes and not the worker's.
    ...[`--as=${limits.memory_mb * MEGABYTE}`, `--nproc=${limits.processes}`, `--cpu=${limits.cpu_seconds}`],
    ...[`--fsize=${limits.folder_mb * MEGABYTE}`, `--nofile=${SCRIPT_FILES_MAX}`, "--core=0", "--"],
  ];
}

/** Where shells are on this machine, the files themselves: /dev/null lies over each, which nothing can execute. */
async function withoutShells(): Promise<string[]> {
  const paths = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].flatMap((folder) =>
    SHELLS.map((shell) => `${folder}/${shell}`).filter((path) => existsSync(path)),
  );
  const files = new Set(await Promise.all(paths.map((path) => realpath(path))));
  return [...files].filter((file) => file.startsWith("/usr/")).flatMap((file) => ["--ro-bind", "/dev/null", file]);
}

/** The kernel lists there what keys the worker's session has; calls that read them are filtered. */
const withoutKeys = (): string[] =>
  ["/proc/keys", "/proc/key-users"].filter(existsSync).flatMap((file) => ["--ro-bind", "/dev/null", file]);

const isRoot = (): boolean => process.getuid?.() === 0;

const notAvailable = (why: string): ToolFailure =>
  toolFailure("sandbox-not-available", `custom_script runs nothing without its sandbox: ${why}`, {
    hint: "install bubblewrap and util-linux on the worker, and allow it to make user namespaces",
  });
