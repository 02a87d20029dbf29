/** Bytes of a file as text, where they are UTF-8; else what they seem to be, and the way out. */

export type Utf8Text = { ok: true; text: string } | { ok: false; message: string; hint: string };

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8Text(bytes: Uint8Array, name: string): Utf8Text {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return refused(name, "UTF-16");
  // Every second byte of plain text in UTF-16 is zero; without its mark it reads as UTF-8 full of them.
  const head = bytes.subarray(0, 200);
  if (head.filter((byte) => byte === 0).length * 3 > head.length) return refused(name, "UTF-16");
  try {
    return { ok: true, text: DECODER.decode(bytes) };
  } catch {
    return refused(name, "another encoding (such as Latin-1)");
  }
}

function refused(name: string, encoding: string): Utf8Text {
  const message = `${name} must be UTF-8 text, and is in ${encoding}`;
  return { ok: false, message, hint: "save it as UTF-8, or convert it with iconv" };
}
