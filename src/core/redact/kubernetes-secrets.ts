/**
 * Secrets of Kubernetes, in YAML and JSON: whatever stands under `data` and `stringData` of one.
 */
import type { Json } from "../../schema/json.js";

export const SECRET_OBJECT_KIND = "kubernetes-secret";
/** Of the object, or of a list of them. */
const KIND = /(?<![\w.-])\\{0,3}["']?kind\\{0,3}["']?[ \t]{0,4}:[ \t]{0,4}\\{0,3}["']?Secret(?:List)?(?![\w-])/;
const KEPT = "(?!\\[redacted:)";
/** JSON, also within a text of JSON, and YAML's flow form: one level, as data have. */
const FLOW =
  /((?<![A-Za-z])\\{0,3}["']?(?:data|stringData)\\{0,3}["']?[ \t]{0,4}:[ \t\r\n]{0,40}\{)([^{}]{1,1000000})(?=\})/g;
const FLOW_VALUE = new RegExp(
  `(?<![\\w.[-])((?:\\\\{0,3}["'])?[\\w.-]{1,253}(?:\\\\{0,3}["'])?[ \\t]{0,4}:[ \\t]{0,8}(?:\\\\{0,3}["'])?)${KEPT}([^\\s"',{}\\\\]+)`,
  "g",
);
const BLOCK = /^([ \t]{0,60})(?:data|stringData):[ \t]{0,8}\r?$/;
const ENTRY = new RegExp(`^([ \\t]{0,80}(?:["']?)[\\w.-]{1,253}(?:["']?):[ \\t]{1,8})${KEPT}(\\S[^\\r\\n]*)`);

type Mapping = { [key: string]: Json };

export function isSecretObject(value: Mapping): boolean {
  return value.kind === "Secret" || value.kind === "SecretList";
}

/** The documents of a text that hold a Secret lose its data; others stay. */
export function redactKubernetesSecrets(text: string, replace: (kind: string) => string): string {
  if (!text.includes("Secret") || !KIND.test(text)) return text;
  return text
    .split(/^(?=---\s*$)/m)
    .map((document) => (KIND.test(document) ? withoutData(document, replace(SECRET_OBJECT_KIND)) : document))
    .join("");
}

function withoutData(document: string, replacement: string): string {
  const flat = document.replace(
    FLOW,
    (_, open: string, body: string) => open + body.replace(FLOW_VALUE, (_all, name: string) => name + replacement),
  );
  return flat.includes("data:") || flat.includes("stringData:") ? withoutBlocks(flat, replacement) : flat;
}

/** Entries set in below `data:`; a value of several lines goes as a whole. */
function withoutBlocks(document: string, replacement: string): string {
  let outer: number | undefined;
  let inner: number | undefined;
  let hiding = false;
  const lines: string[] = [];
  for (const line of document.split("\n")) {
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const isBlank = line.trim() === "";
    if (outer !== undefined && !isBlank && indent <= outer) outer = undefined;
    if (outer === undefined) {
      const block = BLOCK.exec(line);
      if (block !== null) [outer, inner, hiding] = [block[1]?.length ?? 0, undefined, false];
      lines.push(line);
      continue;
    }
    inner ??= isBlank ? undefined : indent;
    const entry = indent === inner ? ENTRY.exec(line) : null;
    if (entry !== null) hiding = /^[|>]/.test(entry[2] ?? "");
    if (entry !== null) lines.push(`${entry[1]}${replacement}${line.endsWith("\r") ? "\r" : ""}`);
    else if (!hiding || isBlank || indent <= (inner ?? 0)) lines.push(line);
  }
  return lines.join("\n");
}
