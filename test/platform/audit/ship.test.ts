/** Shipping: every record arrives, in order, at least once, whatever becomes of the receiver and of the sender. */
import { createSocket } from "node:dgram";
import { rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { httpSender } from "../../../src/platform/audit/collector.js";
import type { ReadRecord } from "../../../src/platform/audit/read.js";
import { type SendRecords, type ShipOptions, shipAudit } from "../../../src/platform/audit/ship.js";
import { parseSyslogUrl, syslogMessage, syslogSender } from "../../../src/platform/audit/syslog.js";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";
import { localServer } from "../../support/local-server.js";
import { entryOf, linesIn, openLog, recordsIn, temporaryFolder } from "./support.js";

async function logOf(folder: string, count: number) {
  const opened = openLog(folder, { fileMaxBytes: 5_000 });
  for (let n = 0; n < count; n++) await opened.log.record(entryOf(n));
  return opened;
}

interface Shipping {
  delivered: number;
  troubles: string[];
  waits: number[];
}

/** Ships once; pauses take no time, and after `maxWaits` of them it is interrupted. */
async function ship(
  folder: string,
  send: SendRecords,
  maxWaits = 20,
  more: Partial<ShipOptions> = {},
): Promise<Shipping> {
  const stop = new AbortController();
  const troubles: string[] = [];
  const waits: number[] = [];
  const delivered = await shipAudit({
    directory: join(folder, "audit"),
    cursorFile: join(folder, "cursor.json"),
    send,
    signal: stop.signal,
    follow: false,
    onProblem: (text) => troubles.push(text),
    async pause(ms) {
      waits.push(ms);
      if (waits.length >= maxWaits) stop.abort();
    },
    ...more,
  });
  return { delivered, troubles, waits };
}

const numbers = (records: readonly ReadRecord[]) => records.map(({ record }) => record.sequence);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => n + first);

test("a receiver that fails is tried again with growing waits until it has everything, in order", async () => {
  const folder = temporaryFolder();
  await logOf(folder, 250);
  const got: number[] = [];
  let failures = 4;
  const { delivered, waits, troubles } = await ship(folder, async (records) => {
    if (failures-- > 0) throw new Error("away");
    got.push(...numbers(records));
  });
  expect(delivered).toBe(250);
  expect(got).toEqual(upTo(250));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(troubles[0]).toContain("away");
});

test("the next start goes on after what was taken, and sends again what was not confirmed", async () => {
  const folder = temporaryFolder();
  const { log } = await logOf(folder, 150);
  const got: number[] = [];
  let calls = 0;
  // The second batch arrives, but its confirmation is lost, and then the sender is interrupted.
  await ship(
    folder,
    async (records) => {
      got.push(...numbers(records));
      if (++calls === 2) throw new Error("the answer was lost");
    },
    1,
  );
  await log.record(entryOf(0));
  await ship(folder, async (records) => void got.push(...numbers(records)));
  expect(got).toEqual([...upTo(150), ...upTo(151, 101)]);
  expect((await ship(folder, async () => expect.fail("nothing is new"))).delivered).toBe(0);
});

test("a log that began anew is sent from its start, and a cursor that cannot be read loses nothing", async () => {
  const folder = temporaryFolder();
  await logOf(folder, 5);
  const got: number[] = [];
  const send: SendRecords = async (records) => void got.push(...numbers(records));
  await ship(folder, send);
  rmSync(join(folder, "audit"), { recursive: true });
  const other = openLog(folder);
  await other.log.record({ event: "export", actor: "another log" });
  expect(await ship(folder, send)).toMatchObject({
    delivered: 1,
    troubles: [expect.stringContaining("from its start")],
  });
  writeFileSync(join(folder, "cursor.json"), "{");
  expect((await ship(folder, send)).delivered).toBe(1);
});

test("while it follows, records that come later are sent too", async () => {
  const folder = temporaryFolder();
  const { log } = await logOf(folder, 2);
  const got: number[] = [];
  const stop = new AbortController();
  let looks = 0;
  const pause = async () => {
    looks++;
    if (looks === 1) await log.record(entryOf(3));
    else stop.abort();
  };
  await ship(folder, async (records) => void got.push(...numbers(records)), 9, {
    follow: true,
    signal: stop.signal,
    pause,
  });
  expect(got).toEqual([1, 2, 3]);
});

test("an HTTP collector gets the lines as they stand, and only a 2xx counts as taken", async () => {
  const folder = temporaryFolder();
  const { directory } = await logOf(folder, 3);
  const answers = [500, 302, 204];
  const server = await localServer((_, response) =>
    response.writeHead(answers.shift() ?? 500, { location: "/x" }).end(),
  );
  const url = `${server.url}/in`;
  const resolveSecret = (reference: string) => reference.replace("env:KEY", "the-key");
  const fetch = createGuardedFetch({ network: {}, declaredUrls: [url], resolveSecret });
  const { delivered, troubles } = await ship(folder, httpSender(fetch, url, { authorization: "Bearer env:KEY" }));
  expect([delivered, troubles]).toEqual([3, expect.anything()]);
  expect(troubles.map((text) => /answered (\d+)/.exec(text)?.[1])).toEqual(["500", "302"]);
  expect(server.received).toHaveLength(3);
  const [, , last] = server.received;
  expect(last).toMatchObject({
    method: "POST",
    url: "/in",
    body: linesIn(directory)
      .map((line) => `${line}\n`)
      .join(""),
  });
  expect(last?.headers["content-type"]).toBe("application/x-ndjson");
  expect(last?.headers.authorization).toContain("the-key");
  expect(new Set(server.received.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
});

/** A syslog receiver; `treat` is called for each connection. */
async function receiver(treat: (socket: Socket, count: number) => void): Promise<{ port: number; text: () => string }> {
  let text = "";
  let count = 0;
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
    });
    treat(socket, ++count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, text: () => text };
}

/** Takes frames apart by their octet counts. */
function framesOf(text: string): string[] {
  const frames: string[] = [];
  let bytes = Buffer.from(text, "utf8");
  while (bytes.length > 0) {
    const [, count = ""] = /^(\d+) /.exec(bytes.toString("latin1")) ?? [];
    const start = count.length + 1;
    frames.push(bytes.toString("utf8", start, start + Number(count)));
    bytes = bytes.subarray(start + Number(count));
  }
  return frames;
}

const RFC_5424 = /^<(\d{1,3})>1 (\S+) (\S+) autoops (\d+) ([\x21-\x7e]{1,32}) - (\{.*\})$/s;

test("syslog over TCP: framed by octets, with priority, time and event, the record as it stands", async () => {
  const folder = temporaryFolder();
  const { log, directory } = await logOf(folder, 3);
  await log.record({ event: "grant-refused", actor: "zoë 😀\n<13>1 forged", code: "grant-invalid" });
  const { port, text } = await receiver(() => undefined);
  expect(await ship(folder, syslogSender({ transport: "tcp", host: "127.0.0.1", port }))).toMatchObject({
    delivered: 4,
  });
  const parsed = framesOf(text()).map((frame) => RFC_5424.exec(frame));
  expect(parsed.map((match) => match?.[6])).toEqual(linesIn(directory));
  expect(parsed.map((match) => match?.[1])).toEqual(["109", "109", "109", "108"]);
  expect(parsed.map((match) => match?.[5])).toEqual(recordsIn(directory).map(({ event }) => event));
  expect(parsed[0]?.[2]).toBe("2026-03-01T10:00:01.000Z");
});

test("syslog over TCP: what a receiver that breaks off has not read comes again", async () => {
  const folder = temporaryFolder();
  const { directory } = await logOf(folder, 3);
  const { port, text } = await receiver((socket, count) => {
    if (count === 1) socket.resetAndDestroy();
    if (count === 2) socket.once("data", () => socket.resetAndDestroy());
  });
  const { delivered, waits } = await ship(folder, syslogSender({ transport: "tcp", host: "127.0.0.1", port }));
  expect(delivered).toBe(3);
  expect(waits.length).toBeGreaterThanOrEqual(1);
  expect(text().endsWith(linesIn(directory).at(-1) ?? "none")).toBe(true);
});

test("syslog over UDP: one message a record", async () => {
  const folder = temporaryFolder();
  const { directory } = await logOf(folder, 2);
  const socket = createSocket("udp4");
  const got: string[] = [];
  const both = new Promise<void>((resolve) => {
    socket.on("message", (message) => {
      if (got.push(message.toString("utf8")) === 2) resolve();
    });
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  onTestFinished(() => void socket.close());
  await ship(folder, syslogSender({ transport: "udp", host: "127.0.0.1", port: socket.address().port }));
  await both;
  expect(got.map((message) => RFC_5424.exec(message)?.[6])).toEqual(linesIn(directory));
});

test("a host name with what a header may not hold breaks no message", () => {
  const record = { ...recordStub, event: "export" as const };
  expect(syslogMessage({ record, text: "{}" }, "bü cher\n1")).toContain(" b--cher-1 autoops ");
});
const recordStub = {
  v: 1 as const,
  sequence: 1,
  time: "2026-03-01T10:00:00.000Z",
  previous: "0".repeat(64),
  hash: "0".repeat(64),
};

test.each([
  ["syslog+tcp://logs.internal:601", { transport: "tcp", host: "logs.internal", port: 601 }],
  ["syslog+tcp://logs.internal:80", { transport: "tcp", host: "logs.internal", port: 80 }],
  ["syslog+tls://logs.internal", { transport: "tls", host: "logs.internal", port: 6514 }],
  ["syslog+udp://[::1]", { transport: "udp", host: "::1", port: 514 }],
  ["syslog://logs.internal", undefined],
  ["syslog+tcp://user@logs.internal", undefined],
  ["syslog+tcp://logs.internal/path", undefined],
  ["syslog+tcp://logs.internal:99999", undefined],
  ["https://logs.internal", undefined],
])("%s is read as %j", (url, target) => {
  expect(parseSyslogUrl(url)).toEqual(target);
});
