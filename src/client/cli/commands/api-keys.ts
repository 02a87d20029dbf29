/** `autoops api-keys create|list|revoke`: who may use the façade of this machine by a key. */
import { rolesOf } from "../../../core/policy/roles.js";
import { type ApiKeys, createApiKeys } from "../../../platform/api-keys.js";
import { type AuditLog, createAuditLog } from "../../../platform/audit/log.js";
import { readEnvironment } from "../../../platform/environment.js";
import { ToolFailure } from "../../../platform/failure.js";
import { loadPolicy } from "../../../platform/policy-file.js";
import { storesOf } from "../../../platform/stores.js";
import { type ApiKeyEntry, groupsSchema, subjectSchema } from "../../../schema/api-keys.js";
import { parseWith } from "../../../schema/problems.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";

const DAY_MS = 86_400_000;

interface Opened {
  ok: true;
  keys: ApiKeys;
  audit: AuditLog;
  /** What the policy gives to the groups of a key; undefined where it cannot be read. */
  roles(groups: readonly string[]): Promise<string[] | undefined>;
}

function open(session: Session): Opened | { ok: false; problems: readonly Problem[] } {
  const read = readEnvironment(session.environment);
  if (!read.ok) return read;
  const stores = storesOf(read.environment);
  const audit = createAuditLog({
    directory: stores.audit,
    now: Date.now,
    onProblem: (message) => session.print.note(`${style.yellow("audit")} ${message}`),
  });
  return {
    ok: true,
    keys: createApiKeys(stores.apiKeys, Date.now),
    audit,
    async roles(groups) {
      const loaded = await loadPolicy(read.environment);
      return loaded.ok ? rolesOf(groups, loaded.policy.roles) : undefined;
    },
  };
}

interface CreateOptions {
  subject: string;
  group: string[];
  days: number;
}

/** A key that no audit line tells of is taken back at once. */
export async function create(session: Session, _: readonly string[], options: CreateOptions): Promise<Ending> {
  const opened = open(session);
  if (!opened.ok) return failed(opened.problems);
  const subject = parseWith(subjectSchema, options.subject, { at: "--subject" });
  const groups = parseWith(groupsSchema, options.group, { at: "--group" });
  if (!subject.ok || !groups.ok) return failed([subject, groups].flatMap((read) => (read.ok ? [] : read.problems)));
  const expiresMs = Date.now() + options.days * DAY_MS;
  const made = await opened.keys.create({
    subject: subject.value,
    groups: groups.value,
    createdBy: ownName(),
    expiresMs,
  });
  if (!made.ok) return failed(made.problems);
  const { key, entry } = made.value;
  const recorded = await record(opened.audit, "api-key-created", entry);
  if (recorded !== undefined) {
    await opened.keys.revoke(entry.prefix);
    return failed([recorded]);
  }
  const { print } = session;
  const roles = await opened.roles(entry.groups);
  print.note(
    `an API key for ${style.bold(entry.subject)}, good until ${entry.expires_at?.slice(0, 10)}; it is shown this once:`,
  );
  print.result(key);
  if (roles?.length === 0) {
    const named =
      entry.groups.length === 0 ? "it has no group" : `its groups (${entry.groups.join(", ")}) have no role`;
    print.note(`${style.yellow("notice")} ${named}: give one under roles in the safety policy, or it may do nothing`);
  }
  return done({ key, ...shown(entry), roles });
}

export async function list(session: Session): Promise<Ending> {
  const opened = open(session);
  if (!opened.ok) return failed(opened.problems);
  const read = await opened.keys.list();
  if (!read.ok) return failed(read.problems);
  const { print } = session;
  if (read.value.length === 0)
    print.result("there is no API key; make one: autoops api-keys create --subject NAME --group GROUP");
  else {
    const rows = read.value.map((entry) => [
      entry.prefix,
      oneLine(entry.subject, 40),
      oneLine(entry.groups.join(", "), 40) || style.dim("none"),
      stateOf(entry),
      entry.created_at.slice(0, 10),
      entry.expires_at?.slice(0, 10) ?? "never",
    ]);
    const head = ["prefix", "subject", "groups", "state", "made", "good until"].map(style.dim);
    for (const line of columns([head, ...rows])) print.result(line);
  }
  return done({ keys: read.value.map(shown) });
}

export async function revoke(session: Session, [prefix = ""]: readonly string[]): Promise<Ending> {
  const opened = open(session);
  if (!opened.ok) return failed(opened.problems);
  const revoked = await opened.keys.revoke(prefix);
  if (!revoked.ok) return failed(revoked.problems);
  session.print.result(
    `${revoked.value.prefix} of ${revoked.value.subject} is revoked; open streams end within seconds`,
  );
  // It stays revoked although nothing tells of it: to keep a key alive would be worse.
  const problem = await record(opened.audit, "api-key-revoked", revoked.value);
  return problem === undefined ? done(shown(revoked.value)) : failed([problem], shown(revoked.value));
}

async function record(
  audit: AuditLog,
  event: "api-key-created" | "api-key-revoked",
  { prefix, subject, groups, expires_at }: ApiKeyEntry,
): Promise<Problem | undefined> {
  try {
    await audit.record({ event, actor: ownName(), channel: "cli", details: { prefix, subject, groups, expires_at } });
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { code: error.code, at: "audit", message: error.message, ...(error.hint && { hint: error.hint }) };
  }
}

const stateOf = (entry: ApiKeyEntry): string => {
  const state = stateWord(entry);
  return state === "good" ? style.green(state) : style.dim(state);
};

function stateWord({ revoked_at, expires_at }: ApiKeyEntry): "good" | "revoked" | "expired" {
  if (revoked_at !== undefined) return "revoked";
  return expires_at !== undefined && Date.parse(expires_at) <= Date.now() ? "expired" : "good";
}

function shown(entry: ApiKeyEntry): object {
  const { hash: _, ...rest } = entry;
  return { ...rest, state: stateWord(entry) };
}
