/**
 * Whom a process of this machine is told to call: addresses in its command line, its environment and the files that its command line
 * names, where this user may read them. Connections that last for milliseconds are seldom seen; settings stay. Nothing but ports is kept.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { healthOf } from "../tools/kit/investigation/health-rules.js";
import { kindOfWords } from "../tools/kit/investigation/who.js";

const FILES_MAX = 12;
const FILE_MAX_BYTES = 262_144;
const TOKEN_MAX_CHARS = 300;
const SETTINGS_FILE = /^[\w./-]{1,250}\.(?:conf|cfg|cnf|ya?ml|toml|ini|env|json|properties)$/;
/** Where programs look that are given no file. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  nginx: ["/etc/nginx/nginx.conf", "/etc/nginx/conf.d", "/etc/nginx/sites-enabled"],
  haproxy: ["/etc/haproxy/haproxy.cfg"],
  apache2: ["/etc/apache2/sites-enabled"],
  httpd: ["/etc/httpd/conf.d"],
  caddy: ["/etc/caddy/Caddyfile"],
  pgbouncer: ["/etc/pgbouncer/pgbouncer.ini"],
};
const SCHEME_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, amqp: 5672, amqps: 5671, rediss: 6379 };

/** Ports of this machine that the process is told of. `own`: names and addresses of this machine. */
export async function portsToldTo(proc: string, pid: string, own: ReadonlySet<string>): Promise<Set<number>> {
  const [command, environment] = await Promise.all(["cmdline", "environ"].map((name) => textOf(join(proc, pid, name))));
  const words = (command ?? "").split(/[\0\s]+/).filter((word) => word !== "");
  const texts = [
    words.slice(1).join("\n"),
    (environment ?? "").split("\0").join("\n"),
    ...(await filesOf(proc, pid, words)),
  ];
  const hosts = new Set([...own, ...(await namesOf(proc, pid, own))]);
  const found = texts.flatMap(addressesIn).filter(({ host }) => hosts.has(host) || /^127(?:\.\d{1,3}){3}$/.test(host));
  return new Set(found.map(({ port }) => port));
}

async function filesOf(proc: string, pid: string, words: readonly string[]): Promise<string[]> {
  const named = words.flatMap((word) => word.split("=")).filter((word) => SETTINGS_FILE.test(word));
  const program = basename(words.find((word) => USUAL[basename(word)] !== undefined) ?? "");
  const paths = named.length > 0 ? named : (USUAL[program] ?? []);
  const texts: string[] = [];
  for (const path of paths) {
    for (const file of await filesAt(join(proc, pid, path.startsWith("/") ? "root" : "cwd", path))) {
      const text = texts.length < FILES_MAX ? await textOf(file) : undefined;
      if (text === undefined) continue;
      texts.push(text);
      for (const included of includedIn(text).slice(0, FILES_MAX)) {
        const place = join(proc, pid, "root", included.startsWith("/") ? included : join(dirname(path), included));
        for (const more of (await filesAt(place)).slice(0, FILES_MAX)) texts.push((await textOf(more)) ?? "");
      }
    }
  }
  return texts.slice(0, 2 * FILES_MAX);
}

/** `include conf.d/*.conf;` of nginx: the folder, or the file. */
const includedIn = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => /^\s{0,40}include\s{1,40}([\w./-]{1,250})\/\*[\w.*-]{0,40};/.exec(line)?.[1] ?? []);

async function filesAt(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return [];
  if (!info.isDirectory()) return [path];
  const names = await readdir(path).catch(() => []);
  return names.sort().map((name) => join(path, name));
}

async function textOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined || text.length > FILE_MAX_BYTES ? undefined : text;
}

/** Names that the hosts file of the process gives to this machine. */
async function namesOf(proc: string, pid: string, own: ReadonlySet<string>): Promise<string[]> {
  const text = (await textOf(join(proc, pid, "root", "etc", "hosts"))) ?? "";
  return text.split("\n").flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    return own.has(address) || /^127\./.test(address) ? names : [];
  });
}

export interface Address {
  host: string;
  port: number;
}

/** `http://ledger:3100/x`, `tcp(10.0.0.1:3306)`, `redis://cache/0`, `host=db dbname=shop`, `DB_HOST=db` with `DB_PORT`. */
export function addressesIn(text: string): Address[] {
  return text.split("\n").flatMap((line, _, lines) => {
    const code = line.replace(/^\s*(?:#|\/\/).*$/, "");
    const tokens = code
      .split(/[\s"'`,;()[\]{}<>|]+/)
      .filter((token) => token !== "" && token.length <= TOKEN_MAX_CHARS);
    return [...tokens.flatMap(addressOf), ...storeIn(tokens), ...hostVariable(code, lines)];
  });
}

function addressOf(token: string): Address[] {
  const value = token.slice(
    token.includes("://") ? token.lastIndexOf("=", token.indexOf("://")) + 1 : token.lastIndexOf("=") + 1,
  );
  const [, scheme = "", rest = value] = /^([a-z][a-z0-9+.-]{0,20}):\/\/(.*)$/i.exec(value) ?? [];
  const place = (rest.split("/")[0] ?? "").replace(/^.*@/, "");
  const [, host = "", digits] = /^([a-z0-9][\w.-]{0,252})(?::(\d{2,5}))?$/i.exec(place) ?? [];
  const port = digits === undefined ? usualPort(scheme.replace(/\+.*$/, "")) : Number(digits);
  return host === "" || port === undefined ? [] : [{ host, port }];
}

function usualPort(scheme: string): number | undefined {
  if (scheme === "") return undefined;
  const own = SCHEME_PORTS[scheme.toLowerCase()];
  const kind = kindOfWords([scheme.toLowerCase()]);
  return own ?? (kind === undefined ? undefined : healthOf(kind)?.ports[0]);
}

/** The words of libpq and its like. */
function storeIn(tokens: readonly string[]): Address[] {
  const wordOf = (key: string) =>
    tokens.flatMap((token) => new RegExp(`(?:^|=)${key}=([\\w.-]{1,253})$`).exec(token)?.[1] ?? [])[0];
  const host = wordOf("host");
  if (host === undefined || (wordOf("dbname") ?? wordOf("user")) === undefined) return [];
  return [{ host, port: Number(wordOf("port") ?? 5432) }];
}

/** A host in a variable of its own; its port in the one beside it, else the usual one of the thing that the variable is called after. */
function hostVariable(line: string, lines: readonly string[]): Address[] {
  const [, prefix, host] = /^([A-Z][A-Z0-9_]{0,60}?)_?HOST(?:NAME)?=([\w.-]{1,253})$/.exec(line) ?? [];
  if (prefix === undefined || host === undefined) return [];
  const beside = lines.flatMap((one) => new RegExp(`^${prefix}_?PORT=(\\d{2,5})$`).exec(one)?.[1] ?? [])[0];
  const words = prefix
    .toLowerCase()
    .split("_")
    .map((word) => (word === "pg" ? "postgres" : word));
  const kind = kindOfWords(words);
  const port = beside === undefined ? (kind === undefined ? undefined : healthOf(kind)?.ports[0]) : Number(beside);
  return port === undefined ? [] : [{ host, port }];
}
