/**
 * Private keys in PEM, whole or in part, also with line ends written as `\n`.
 */

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** The body of a block whose end is cut off: lines of base64. */
const BODY =
  /(?:(?:\s|\\[nr]){0,8}(?:(?:Proc-Type|DEK-Info|Comment|Version|Charset): [^\n\\]{0,200}|[A-Za-z0-9+/=]{16,}))*(?:(?:\s|\\[nr]){1,8}[A-Za-z0-9+/]{1,80}={1,2})?/y;
/** How the base64 of a key starts, by format: RSA, PKCS #8, EC, Ed25519, OpenSSH. */
const BARE =
  /(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{3}IBAAK|MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC|MHcCAQEE|MIGHAgEAMBMGByqGSM49|MIGkAgEBBD|MC4CAQAwBQYDK2Vw|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/]{8,}={0,2}(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/]{40,}={0,2})*/g;
/** The whole block in Base64 once more, of whatever kind but a certificate or a public key. */
const ENCODED = /(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi(?!BDRVJU|BQVUJMSUMg|BSU0EgUFVCTEl)[A-Za-z0-9+/_-]{40,}={0,2}/g;
/** One line of a key among lines of a log: as long as such a line is, letters of both cases and digits, nothing behind it. */
const LINE =
  /(?<=^|[\s+>|])(?=[A-Za-z0-9+/]{0,63}[a-z])(?=[A-Za-z0-9+/]{0,63}[A-Z])(?=[A-Za-z0-9+/]{0,63}[0-9])[A-Za-z0-9+/]{64}(?=\s{0,4}$)/gm;
/** PuTTY's own form. */
const PUTTY = /(?<=Private-Lines: [0-9]{1,3}\r?\n)(?:[A-Za-z0-9+/=]{4,80}\r?\n?){1,100}/g;
const LINES_MAX = 200;

export function redactPrivateKeys(text: string, replace: (kind: string) => string): string {
  let result = text;
  if (result.includes("PRIVATE KEY")) result = redactBlocks(result, replace("private-key"));
  if (/MII|MHc|MIG|MC4|b3B/.test(result)) result = result.replace(BARE, () => replace("private-key"));
  if (result.includes("LS0tLS1CRUdJTi")) result = result.replace(ENCODED, () => replace("private-key"));
  if (/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{64}\s{0,4}$/m.test(result) && !/CERTIFICATE|PUBLIC KEY/.test(result))
    result = result.replace(LINE, () => replace("private-key"));
  if (result.includes("Private-Lines: ")) result = result.replace(PUTTY, () => `${replace("private-key")}\n`);
  return result;
}

function redactBlocks(text: string, replacement: string): string {
  const ends = [...text.matchAll(END)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  let result = "";
  let at = 0;
  let next = 0;
  const cut = (from: number, to: number): void => {
    result += text.slice(at, from) + replacement;
    at = to;
  };
  const cutLooseEnds = (before: number): void => {
    for (; next < ends.length; next++) {
      const end = ends[next];
      if (end === undefined || end.start >= before) return;
      cut(bodyBefore(text, end.start, at), end.end);
    }
  };
  const begins = [...text.matchAll(BEGIN)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  for (const [index, begin] of begins.entries()) {
    cutLooseEnds(begin.start);
    const end = ends[next];
    if (end !== undefined && end.start < (begins[index + 1]?.start ?? text.length)) {
      cut(begin.start, end.end);
      next++;
    } else {
      BODY.lastIndex = begin.end;
      cut(begin.start, begin.end + (BODY.exec(text)?.[0].length ?? 0));
    }
  }
  cutLooseEnds(text.length);
  return result + text.slice(at);
}

/** Where the lines of base64 start that stand before an end marker whose beginning is cut off. */
function bodyBefore(text: string, marker: number, floor: number): number {
  let start = marker;
  for (let lines = 0; lines < LINES_MAX && start > floor; lines++) {
    const window = text.slice(Math.max(floor, start - 120), start);
    const line = /(?:^|[^A-Za-z0-9+/=])([A-Za-z0-9+/=]{4,100})(?:\s|\\[nr]){0,4}$/.exec(window);
    // Only the last line of a key is short; shorter ones further up are words of something else.
    if (line?.[1] === undefined || (lines > 0 && line[1].length < 16)) break;
    // `\n` written out would lend its letter to the line.
    const escaped = /^[nr]/.test(line[1]) && window[line.index] === "\\" ? 1 : 0;
    start -= window.length - window.lastIndexOf(line[1]) - escaped;
    if (escaped === 1) start -= 2;
  }
  return Math.max(start, floor);
}
