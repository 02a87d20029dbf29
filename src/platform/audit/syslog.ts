/**
 * Audit records as syslog messages (RFC 5424) over TCP, TLS (octet counting, RFC 6587 and 5425) or UDP. Syslog confirms
 * nothing; so over TCP and TLS each batch has a connection of its own and counts as taken when the receiver, having
 * read to the end, closes it. UDP may lose messages unseen.
 */
import { createSocket } from "node:dgram";
import { createConnection, type Socket } from "node:net";
import { hostname } from "node:os";
import { connect as connectTls } from "node:tls";
import type { AuditEvent } from "../../schema/audit.js";
import type { ReadRecord } from "./read.js";
import type { SendRecords } from "./ship.js";

export interface SyslogTarget {
  transport: "tcp" | "tls" | "udp";
  host: string;
  port: number;
}

/** `syslog+tcp://host:port`, `syslog+tls://…` or `syslog+udp://…`; without a port the registered one. */
export function parseSyslogUrl(url: string): SyslogTarget | undefined {
  const [, scheme, rest = ""] = /^syslog\+(tcp|tls|udp):\/\/([^/?#@]+)\/?$/i.exec(url) ?? [];
  const transport = scheme?.toLowerCase() as SyslogTarget["transport"] | undefined;
  if (transport === undefined || !URL.canParse(`http://${rest}`)) return undefined;
  const { hostname: host, port } = new URL(`http://${rest}`);
  const registered = transport === "tls" ? 6514 : 514;
  const written = /:80$/.test(rest) ? 80 : Number(port);
  return { transport, host: host.replace(/^\[|\]$/g, ""), port: written === 0 ? registered : written };
}

/** Facility 13: log audit. */
const FACILITY = 13;
const WARNING = 4;
const NOTICE = 5;
const WARNED: ReadonlySet<AuditEvent> = new Set<AuditEvent>([
  "signature-refused",
  "grant-refused",
  "graph-refused",
  "login-refused",
  "decision-refused",
  "keys-changed",
  "policy-changed",
  "registry-changed",
  "line-torn",
  "lines-lost",
]);

/** Header fields are printable ASCII without spaces; the message is the record's own JSON. */
export function syslogMessage({ record, text }: ReadRecord, host = hostname()): string {
  const priority = FACILITY * 8 + (WARNED.has(record.event) ? WARNING : NOTICE);
  const from = host.replace(/[^\x21-\x7e]/g, "-").slice(0, 255) || "-";
  return `<${priority}>1 ${record.time} ${from} autoops ${process.pid} ${record.event} - ${text}`;
}

const TIMEOUT_MS = 15_000;

export function syslogSender(target: SyslogTarget): SendRecords {
  return target.transport === "udp"
    ? (records) => sendDatagrams(target, records)
    : (records, signal) => sendStream(target, records, signal);
}

function sendStream(target: SyslogTarget, records: readonly ReadRecord[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port, transport } = target;
    const socket: Socket =
      transport === "tls" ? connectTls({ host, port, servername: host }) : createConnection({ host, port });
    const abort = () => socket.destroy(new Error("it was interrupted"));
    signal.addEventListener("abort", abort, { once: true });
    let failure: Error | undefined;
    let hasEnded = false;
    socket.setTimeout(TIMEOUT_MS, () =>
      socket.destroy(new Error(`${host} did not answer within ${TIMEOUT_MS / 1_000} s`)),
    );
    socket.on("error", (error) => {
      failure = error;
    });
    socket.on("end", () => {
      // One that closes before it has our end has not read to it.
      hasEnded = socket.writableFinished;
    });
    // What the receiver says, if anything, is not looked at; unread it would hold back its end.
    socket.resume();
    socket.on("close", () => {
      signal.removeEventListener("abort", abort);
      if (failure === undefined && hasEnded) resolve();
      else reject(failure ?? new Error(`${host} closed the connection before it had everything`));
    });
    const frames = records.map((record) => {
      const message = Buffer.from(syslogMessage(record), "utf8");
      return Buffer.concat([Buffer.from(`${message.length} `), message]);
    });
    socket.end(Buffer.concat(frames));
  });
}

async function sendDatagrams({ host, port }: SyslogTarget, records: readonly ReadRecord[]): Promise<void> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  // Told by the callback of the message that failed.
  socket.on("error", () => undefined);
  try {
    for (const record of records) {
      const message = Buffer.from(syslogMessage(record), "utf8");
      await new Promise<void>((resolve, reject) => {
        socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  } finally {
    socket.close();
  }
}
