/**
 * How new the memory must be, kept outside its folder and proved by a MAC: an older file that is put back is older than
 * this. Whoever puts back both at once is noticed only by a number that was noted elsewhere (`memory verify --at-least`).
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { isSameMac, type MemoryKey } from "./key.js";

const headSchema = z.strictObject({
  v: z.literal(1),
  /** Counts changes of the memory. */
  generation: z.int().min(0),
  /** Digest over which entries there are, and since which change. */
  state: z.string().regex(/^[0-9a-f]{64}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});

export interface Head {
  generation: number;
  state: string;
}
/** `forged`: not made with this key, or changed. */
export type ReadHead = { kind: "head"; head: Head } | { kind: "missing" } | { kind: "forged" };

const textOf = ({ generation, state }: Head): string => `head\n${generation}\n${state}`;

export async function readHead(file: string, key: MemoryKey): Promise<ReadHead> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { kind: "missing" };
    throw error;
  }
  try {
    const { mac, ...head } = headSchema.parse(JSON.parse(text));
    return isSameMac(mac, key.mac(textOf(head))) ? { kind: "head", head } : { kind: "forged" };
  } catch {
    return { kind: "forged" };
  }
}

/** Seen whole or not at all, and on the disk when it returns. */
export async function writeHead(file: string, { generation, state }: Head, key: MemoryKey): Promise<void> {
  const head = { generation, state };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomUUID()}`;
  const handle = await open(own, "wx", 0o600);
  try {
    await handle.writeFile(JSON.stringify({ v: 1, ...head, mac: key.mac(textOf(head)) }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(own, file);
}
