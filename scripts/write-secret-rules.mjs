/**
 * Writes src/core/redact/gitleaks-rules.ts from the rules of gitleaks (MIT), as data. Get them with
 * `go mod download -json github.com/zricethezav/gitleaks/v8@v8.30.1` and give the path of its folder.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node scripts/write-secret-rules.mjs FOLDER-OF-GITLEAKS");
const toml = readFileSync(join(folder, "config/gitleaks.toml"), "utf8");
const license = readFileSync(join(folder, "LICENSE"), "utf8").trim();
const version = /@(v[\d.]+)\/?$/.exec(folder)?.[1] ?? "of unknown version";

/** Names of accounts and public halves are no secrets; these our own rules know better, or they need a whole file. */
const LEFT_OUT =
  /-(?:client-id|access-id|public-key|pub-key|pub-api-key|id)$|^(?:generic-api-key|curl-|private-key|kubernetes-|nuget-|hashicorp-tf-password|jwt|sourcegraph-|facebook-access-token|sidekiq-sensitive-url|pkcs12|harness-api-key-x)/;
/** Each has a sign, a vendor's name, before its value: the value alone is what goes. */
const VENDOR = /^\(\?i\)\[\\w\.-\]\{0,50\}\?|^\[\\w\.-\]\{0,50\}\?\(\?i:\[\\w\.-\]\{0,50\}\?/;

const rules = toml
  .split(/^\[\[rules\]\]$/m)
  .slice(1)
  .flatMap((text) => {
    const one = (key) =>
      new RegExp(`^${key} = (?:'''(.*?)'''|"(.*?)"|([\\d.]+))$`, "m").exec(text)?.slice(1).find(Boolean);
    const id = one("id") ?? "";
    const regex = one("regex");
    const keywords = [...(/^keywords = \[([^\]]*)\]/m.exec(text)?.[1] ?? "").matchAll(/"([^"]*)"/g)].map(
      ([, word]) => word,
    );
    if (regex === undefined || keywords.length === 0 || LEFT_OUT.test(id)) return [];
    const pattern = converted(regex);
    if (pattern === undefined) return [];
    const group = Number(one("secretGroup") ?? 0);
    return [[id, keywords.join(" "), pattern.source, pattern.flags, Number(one("entropy") ?? 0), group]];
  });

/** Of Go's syntax into that of JavaScript, every repetition bounded; undefined where it cannot be said. */
function converted(regex) {
  const isAnyCase = /\(\?i[:)]/.test(regex);
  let source = regex.replace(VENDOR, "");
  // A group that was opened before the name is closed behind it.
  if (/^\[\\w\.-\]\{0,50\}\?\(\?i:/.test(regex)) source = source.replace("[\\s'\"]{0,3})(?:=|>", "[\\s'\"]{0,3}(?:=|>");
  source = source
    .replaceAll("(?i)", "")
    .replaceAll(/\(\?-?i:/g, "(?:")
    .replaceAll("[:alnum:]", "A-Za-z0-9")
    .replaceAll("\\z", "$(?![\\s\\S])")
    .replaceAll("\\x60", "`")
    .replace(/(?<!\\)\{(\d+),\}/g, (_, least) => `{${least},${Number(least) + 400}}`);
  source = bounded(source);
  try {
    return new RegExp(source, isAnyCase ? "gi" : "g");
  } catch {
    console.error(`left out: ${regex.slice(0, 80)}`);
    return undefined;
  }
}

/** `+` and `*` outside of classes get an upper bound. */
function bounded(source) {
  const parts = source.match(/\\.|\[(?:\\.|[^\]\\])*\]|[\s\S]/g) ?? [];
  return parts.map((part) => (part === "+" ? "{1,200}" : part === "*" ? "{0,200}" : part)).join("");
}

const notice = license.split("\n").map((line) => ` * ${line}`.trimEnd());
writeFileSync(
  "src/core/redact/gitleaks-rules.ts",
  `/**
 * Rules of gitleaks ${version} as data, a line each: kind, words of which one must occur, pattern, flags, least entropy, group that is
 * the secret (0: the first that matched, or all), between tabs. Written by scripts/write-secret-rules.mjs; never by hand.
 *
 * https://github.com/gitleaks/gitleaks
${notice.join("\n")}
 */
export const GITLEAKS_RULES: readonly string[] = [
${rules.map((row) => `  ${JSON.stringify(row.join("\t"))},`).join("\n")}
];
`,
);
console.log(`${rules.length} rules`);
