/** Looks for secrets and marked words wherever they may have got to, in every form in which they may stand there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** By name, in no order: how a text is written where it is not written as it is. The ends of a form may depend on what stands beside it, so they are left out. */
export function formsOf(secret: string): Record<string, Buffer> {
  const utf8 = Buffer.from(secret);
  const swapped = Buffer.from(secret, "utf16le").swap16();
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift, "x"), utf8])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4);
    const url = text.replaceAll("+", "-").replaceAll("/", "_");
    return [[`base64 +${shift}`, text] as const, ...(url === text ? [] : [[`base64url +${shift}`, url] as const])];
  });
  const texts: Array<readonly [string, string]> = [
    ["as it is", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded whole", [...utf8].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")],
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["hex", utf8.toString("hex")],
    ["HEX", utf8.toString("hex").toUpperCase()],
    ["base64 twice", Buffer.from(utf8.toString("base64")).toString("base64").slice(0, -8)],
    ["reversed", [...secret].reverse().join("")],
    ...base64,
  ];
  const bytes = texts.map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
  return Object.fromEntries([...bytes, ["UTF-16LE", Buffer.from(secret, "utf16le")], ["UTF-16BE", swapped]]);
}

/**
 * Where any of the secrets stands in the bytes, with its form; empty where none does. With `halves` each half counts as
 * the whole: for what may be cut into pages or chunks.
 */
export function foundIn(secrets: Record<string, string>, where: Buffer | string, halves = false): string[] {
  const bytes = typeof where === "string" ? Buffer.from(where) : where;
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const middle = Math.floor(secret.length / 2);
    const parts = halves ? [secret, secret.slice(0, middle), secret.slice(middle)] : [secret];
    return parts.flatMap((part) =>
      Object.entries(formsOf(part)).flatMap(([form, sought]) => {
        const at = bytes.indexOf(sought);
        return at < 0
          ? []
          : [`${name}, ${form}: …${bytes.subarray(Math.max(0, at - 60), at).toString("latin1")}‹here›`];
      }),
    );
  });
}

/** What each file under a folder holds; nothing where there is no such folder. */
export function filesUnder(folder: string): Buffer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}
