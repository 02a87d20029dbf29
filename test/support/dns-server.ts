/** A name server of a test: answers over UDP in the format of RFC 1035, from a table. */
import { createSocket } from "node:dgram";
import { onTestFinished } from "vitest";

const TYPES: Record<string, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
};
export const RCODES = { servfail: 2, nxdomain: 3, refused: 5 } as const;

export interface ZoneRecord {
  type: string;
  ttl: number;
  /** The record's data as it stands on the wire. */
  data: Buffer;
}
/** By `name type`: records (none: the name exists, without this type), an error code, or silence. */
export type Zone = Record<string, ZoneRecord[] | keyof typeof RCODES | "silent" | "garbage">;

export const wireName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split(".")
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
export const number16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
export const address4 = (text: string): Buffer => Buffer.from(text.split(".").map(Number));
const number32 = (value: number): Buffer =>
  Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);

export { number32 };

/** Starts it for the running test. `asked` lists what came, as `name type`. */
export async function dnsServer(zone: Zone): Promise<{ port: number; asked: string[] }> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (query, from) => {
    const { name, type, end } = questionOf(query);
    asked.push(`${name} ${type}`);
    const entry = zone[`${name} ${type}`] ?? "nxdomain";
    if (entry === "silent") return;
    if (entry === "garbage") return void socket.send(Buffer.from("not dns at all"), from.port, from.address);
    const records = typeof entry === "string" ? [] : entry;
    const code = typeof entry === "string" ? RCODES[entry] : 0;
    const head = [
      query.subarray(0, 2),
      Buffer.from([0x85, 0x80 | code]),
      number16(1),
      number16(records.length),
      number16(0),
      number16(0),
    ];
    const body = records.map((one) =>
      Buffer.concat([
        number16(0xc00c),
        number16(TYPES[one.type] ?? 0),
        number16(1),
        number32(one.ttl),
        number16(one.data.length),
        one.data,
      ]),
    );
    socket.send(Buffer.concat([...head, query.subarray(12, end), ...body]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => socket.close(() => resolve())));
  return { port: socket.address().port, asked };
}

function questionOf(query: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  return {
    name: labels.join(".").toLowerCase(),
    type: Object.keys(TYPES).find((key) => TYPES[key] === type) ?? `${type}`,
    end: at + 5,
  };
}
