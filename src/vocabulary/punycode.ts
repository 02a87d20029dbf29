/** Reads a label of a domain name in its ASCII form (`xn--bcher-kva`), as RFC 3492 says. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const LAST_CODE = 0x10ffff;
/** A label has at most 63 characters. */
const LABEL_MAX_CHARS = 63;
const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

function adapted(delta: number, points: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

/** The label as people write it; as it is where it is no such form. */
export function unicodeLabel(label: string): string {
  if (!/^xn--[a-z\d-]+$/i.test(label) || label.length > LABEL_MAX_CHARS) return label;
  const text = label.slice(4).toLowerCase();
  const basic = Math.max(0, text.lastIndexOf("-"));
  const points = [...text.slice(0, basic)].map((char) => char.charCodeAt(0));
  let code = FIRST_CODE;
  let at = 0;
  let bias = FIRST_BIAS;
  let from = basic === 0 ? 0 : basic + 1;
  while (from < text.length) {
    const before = at;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = DIGITS.indexOf(text.charAt(from) || "?");
      if (digit < 0) return label;
      from++;
      at += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = points.length + 1;
    bias = adapted(at - before, length, before === 0);
    code += Math.floor(at / length);
    if (code > LAST_CODE) return label;
    at %= length;
    points.splice(at, 0, code);
    at++;
  }
  return String.fromCodePoint(...points);
}
