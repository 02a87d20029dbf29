/** `autoops audit verify|tail|export|checkpoint`: the audit log of this machine. */
import { setTimeout as pause } from "node:timers/promises";
import { cefOf } from "../../../platform/audit/cef.js";
import { parseCheckpoint } from "../../../platform/audit/checkpoints.js";
import { listAuditFiles } from "../../../platform/audit/files.js";
import { createAuditLog } from "../../../platform/audit/log.js";
import { readAudit, tailAudit } from "../../../platform/audit/read.js";
import { type AuditFinding, type AuditVerdict, verifyAudit } from "../../../platform/audit/verify.js";
import { readEnvironment } from "../../../platform/environment.js";
import { isThere } from "../../../platform/settings-file.js";
import { loadSigner, loadVerifier, type Signer, type Verifier } from "../../../platform/signing.js";
import { storesOf } from "../../../platform/stores.js";
import type { AuditRecord, Checkpoint } from "../../../schema/audit.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import { done, type Ending, failed } from "../ending.js";
import { readText } from "../input.js";
import { ownName, type Session } from "../session.js";
import { oneLine, style } from "../text.js";
import { ownVersion } from "./version.js";

type Opened =
  | { ok: true; directory: string; signer?: Signer; verifier?: Verifier }
  | { ok: false; problems: readonly Problem[] };

/** Where the log is, and the key if this machine has one: reading makes none. */
async function open(session: Session): Promise<Opened> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return read;
  const { audit: directory, approvalKey } = storesOf(read.environment);
  const { approvalPublicKeys } = read.environment;
  const loaded = (await isThere(approvalKey)) ? await loadSigner(approvalKey) : undefined;
  if (loaded?.ok === false) return { ok: false, problems: [loaded.problem] };
  const known = approvalPublicKeys === undefined ? undefined : await loadVerifier(approvalPublicKeys);
  if (known?.ok === false) return { ok: false, problems: [known.problem] };
  return { ok: true, directory, signer: loaded?.signer, verifier: eitherOf(loaded?.signer, known?.verifier) };
}

/** This machine's own keys, and the public ones that it was given. */
function eitherOf(...verifiers: Array<Verifier | undefined>): Verifier | undefined {
  const present = verifiers.filter((verifier) => verifier !== undefined);
  const [first] = present;
  if (first === undefined) return undefined;
  const isAttested: Verifier["isAttested"] = async (token, attestation) =>
    (await Promise.all(present.map((verifier) => verifier.isAttested(token, attestation)))).includes(true);
  return { ...first, isAttested };
}

export async function verify(
  session: Session,
  [run]: readonly string[],
  options: { checkpoint?: string },
): Promise<Ending> {
  const opened = await open(session);
  if (!opened.ok) return failed(opened.problems);
  const given = options.checkpoint === undefined ? [] : await readGiven(session, options.checkpoint);
  if (!Array.isArray(given)) return failed(given.problems);
  const { directory, verifier } = opened;
  const readVerdict = () => verifyAudit(directory, { checkpoints: given, signer: verifier });
  let verdict = await readVerdict();
  // A line that is being written at this moment has no end yet; a moment later it has.
  if (verdict.found === 1 && verdict.problems[0]?.kind === "line-torn") verdict = await readVerdict();
  const { print } = session;
  for (const notice of verdict.notices) print.note(`${style.yellow("notice")} ${placeOf(notice)}: ${notice.message}`);
  const problems = verdict.problems.map(problemOf);
  if (verdict.found > problems.length) {
    const message = `${verdict.found - problems.length} more were found`;
    problems.push({ code: "too-many-problems", at: directory, message });
  }
  const document = { directory, ...verdict, signaturesChecked: verifier !== undefined };
  if (verdict.ok && verdict.last === undefined) problems.push(...(await emptied(directory)));
  if (!verdict.ok || problems.length > 0)
    return failed(problems, { ...document, ok: false, problems, findings: verdict.problems });
  if (verifier === undefined) print.note("this machine has no key: signatures of checkpoints were not checked");
  if (run !== undefined) return (await import("./audit-run.js")).holdAgainstHistory(session, run, directory, document);
  for (const line of summary(directory, verdict, given.length)) print.result(line);
  return done(document);
}

function summary(directory: string, { records, last, checkpoints }: AuditVerdict, given: number): string[] {
  if (last === undefined) return [`there is no audit log in ${directory}`];
  const lines = [
    `${style.green("unbroken")}: ${records} records in ${directory}, held against ${checkpoints} checkpoints`,
  ];
  if (given === 0) {
    lines.push(
      "  a log that was cut or rewritten together with its checkpoints is found only by a copy kept elsewhere:",
    );
    lines.push("  autoops audit checkpoint > FILE, and later autoops audit verify --checkpoint FILE");
  }
  return lines;
}

const placeOf = ({ file, line }: AuditFinding): string => (line === 0 ? file : `${file}:${line}`);
const problemOf = (finding: AuditFinding): Problem => ({
  code: "audit-broken",
  at: placeOf(finding),
  message: `${placeOf(finding)}: ${finding.message}`,
  hint: BROKEN_HINT,
});

/** The chain begins anew where there is no log; what was found stays for whoever looks into it. */
const BROKEN_HINT =
  "keep the folder as it is, for whoever looks into it: move it away whole, and the next line begins a new log";

/** A log that was emptied has no line that could be wrong. */
async function emptied(directory: string): Promise<Problem[]> {
  const [file] = await listAuditFiles(directory);
  if (file === undefined) return [];
  const message = `${file.name} is there and holds no line: somebody emptied it, or its first line was never written to its end`;
  return [{ code: "audit-broken", at: file.name, message, hint: BROKEN_HINT }];
}

async function readGiven(session: Session, file: string): Promise<Checkpoint[] | { problems: readonly Problem[] }> {
  const read = await readText(session, file);
  if (!read.ok) return read;
  const lines = read.text.split("\n").filter((line) => line.trim() !== "");
  const checkpoints = lines.flatMap((line) => parseCheckpoint(line) ?? []);
  if (checkpoints.length > 0 && checkpoints.length === lines.length) return checkpoints;
  const message = `${read.name} must hold checkpoints, one JSON object a line`;
  return { problems: [{ code: "usage", at: read.name, message, hint: "autoops audit checkpoint prints one" }] };
}

export async function checkpoint(session: Session): Promise<Ending> {
  const opened = await open(session);
  if (!opened.ok) return failed(opened.problems);
  const signed = opened.signer === undefined ? undefined : await logOf(session, opened).checkpoint();
  if (signed === undefined) {
    const message = `there is no audit log in ${opened.directory} yet`;
    return failed([{ code: "not-found", at: opened.directory, message, hint: "start a worker and run something" }]);
  }
  session.print.raw(`${visibleJson(JSON.stringify(signed))}\n`);
  return done({ checkpoint: signed });
}

function logOf(session: Session, { directory, signer }: Extract<Opened, { ok: true }>) {
  const onProblem = (message: string) => session.print.note(message);
  return createAuditLog({
    directory,
    signer,
    now: Date.now,
    onProblem,
  });
}

const FOLLOW_EVERY_MS = 500;

interface TailOptions {
  lines: number;
  follow?: boolean;
}

export async function tail(session: Session, _: readonly string[], { lines, follow }: TailOptions): Promise<Ending> {
  const opened = await open(session);
  if (!opened.ok) return failed(opened.problems);
  const { print, interrupt } = session;
  if (follow && print.json) {
    const message = "--follow must stand without --json, which prints one document at the end";
    return failed([{ code: "usage", at: "--follow", message, hint: "autoops audit tail -n 100 --json" }]);
  }
  const records = (await tailAudit(opened.directory, lines)).map(({ record }) => record);
  for (const record of records) print.result(textOf(record));
  if (records.length === 0) print.note(`there is no audit log in ${opened.directory} yet`);
  let after = records.at(-1)?.sequence ?? 0;
  while (follow && !interrupt.aborted) {
    for await (const { record } of readAudit(opened.directory, { after })) {
      print.result(textOf(record));
      after = record.sequence;
    }
    await pause(FOLLOW_EVERY_MS, undefined, { signal: interrupt }).catch(() => undefined);
  }
  return done({ records });
}

function textOf(record: AuditRecord): string {
  const { time, sequence, event, actor, channel, run, node, code, details } = record;
  const who = actor === undefined ? "" : `${actor}${channel === undefined ? "" : ` (${channel})`}`;
  const where = [run, node].filter((part) => part !== undefined).join("/");
  const rest = details === undefined ? "" : JSON.stringify(details);
  const shown = [who, where, rest].filter((part) => part !== "").map((part) => oneLine(part, 200));
  const marked = code === undefined ? style.bold(event) : `${style.bold(event)} ${style.red(code)}`;
  return [style.dim(`${time} #${sequence}`), marked, ...shown].join("  ");
}

export async function exportLog(
  session: Session,
  _: readonly string[],
  { format }: { format: "jsonl" | "cef" },
): Promise<Ending> {
  const opened = await open(session);
  if (!opened.ok) return failed(opened.problems);
  const { directory } = opened;
  // Whoever takes the log away stands in it; that it cannot be written keeps nobody from reading it.
  if (await isThere(directory)) {
    await logOf(session, opened).note({ event: "export", actor: ownName(), channel: "cli", details: { format } });
  }
  const problems: Problem[] = [];
  const onSkipped = (file: string, line: number) => {
    const message = `${file}:${line} is not an audit record and was left out`;
    problems.push({ code: "audit-broken", at: `${file}:${line}`, message, hint: "autoops audit verify says more" });
  };
  const version = await ownVersion();
  const kept: unknown[] = [];
  for await (const read of readAudit(directory, { onSkipped })) {
    const line = format === "cef" ? cefOf(read.record, version) : visibleJson(read.text);
    if (session.print.json) kept.push(format === "cef" ? line : read.record);
    else session.print.raw(`${line}\n`);
  }
  return problems.length === 0 ? done({ format, records: kept }) : failed(problems, { format, records: kept });
}
