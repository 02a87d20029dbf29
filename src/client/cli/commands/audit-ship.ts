/** `autoops audit ship --to URL`: sends the audit log to syslog or an HTTP collector, and what comes later too. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { declaredUrls } from "../../../app/declared-urls.js";
import { type Local, loadLocal } from "../../../app/local.js";
import { httpSender } from "../../../platform/audit/collector.js";
import { createAuditLog } from "../../../platform/audit/log.js";
import { type SendRecords, shipAudit } from "../../../platform/audit/ship.js";
import { parseSyslogUrl, syslogSender } from "../../../platform/audit/syslog.js";
import { createGuardedFetch } from "../../../platform/http/guarded-fetch.js";
import { createSecretResolver, secretValues } from "../../../platform/secrets.js";
import { isThere } from "../../../platform/settings-file.js";
import { loadSigner } from "../../../platform/signing.js";
import { storesOf } from "../../../platform/stores.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";

interface Options {
  to: string;
  header?: Record<string, string>;
  once?: boolean;
}

export async function ship(
  session: Session,
  _: readonly string[],
  { to, header = {}, once }: Options,
): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const send = senderFor(to, header, local);
  if (send === undefined) {
    const message =
      "--to must be an https:// or http:// URL, or syslog+tcp://, syslog+tls:// or syslog+udp:// with a host";
    return failed([{ code: "usage", at: "--to", message, hint: "autoops audit ship --to syslog+tls://logs.internal" }]);
  }
  const { audit: directory } = storesOf(local.environment);
  if (once && !(await isThere(directory))) return done({ delivered: 0 });
  const { print, interrupt } = session;
  print.note(`sends ${directory} to ${to}${once ? "" : ", and what comes later, until Ctrl-C"}`);
  // Where it is sent decides what was sent.
  const cursorFile = join(directory, `shipped-${createHash("sha256").update(to).digest("hex").slice(0, 16)}.json`);
  if (!(await isThere(cursorFile))) await noteReceiver(local, to);
  const delivered = await shipAudit({
    directory,
    cursorFile,
    send,
    signal: interrupt,
    follow: once !== true,
    onProblem: (message) => print.note(message),
    pause: (ms, signal) => pause(ms, undefined, { signal }),
  });
  print.note(`${delivered} records were taken`);
  return done({ delivered });
}

/** Who takes the log away stands in it: a new receiver once, not each time that it is sent something. */
async function noteReceiver({ environment, config }: Local, to: string): Promise<void> {
  const { audit: directory, approvalKey } = storesOf(environment);
  const signer = (await isThere(approvalKey)) ? await loadSigner(approvalKey) : undefined;
  const audit = createAuditLog({
    directory,
    signer: signer?.ok ? signer.signer : undefined,
    secrets: secretValues(config, (name) => environment.secretFrom(name)),
    now: Date.now,
    onProblem: () => undefined,
  });
  const { protocol, host } = new URL(to);
  await audit.note({ event: "export", actor: ownName(), channel: "cli", details: { to: `${protocol}//${host}` } });
}

function senderFor(to: string, headers: Record<string, string>, local: Local): SendRecords | undefined {
  const syslog = parseSyslogUrl(to);
  if (syslog !== undefined) return syslogSender(syslog);
  if (!/^https?:\/\//i.test(to) || !URL.canParse(to)) return undefined;
  const fetch = createGuardedFetch({
    network: local.policy.network,
    // Named by whoever may read the log; the policy's lists hold all the same.
    declaredUrls: [...declaredUrls(local.config), to],
    resolveSecret: createSecretResolver((name) => local.environment.secretFrom(name)),
  });
  return httpSender(fetch, to, headers);
}
