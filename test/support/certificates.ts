/** Certificates of a test, made by the program openssl: an authority, and what it signs, with any span of validity. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface KeyPair {
  key: string;
  cert: string;
}
export interface Authority {
  /** PEM of the authority's own certificate. */
  root: string;
  /** Days from now; `from` may lie in the past, and `to` too. `names` as openssl writes them: `DNS:a.example`. */
  issue(common: string, options: { names?: string[]; from?: number; to: number; rsa?: number }): KeyPair;
  selfSigned(common: string): KeyPair;
  remove(): void;
}

const DAY_MS = 86_400_000;
const stamp = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\.\d+/g, "");

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const keyOf = (rsa?: number) =>
    rsa === undefined ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] : ["-newkey", `rsa:${rsa}`];
  const read = (name: string): string => readFileSync(path(name), "utf8");
  writeFileSync(path("index"), "");
  writeFileSync(
    path("ca.cnf"),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${path("index")}\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n`,
  );
  const ca = ["-subj", "/CN=Test Authority", "-addext", "basicConstraints=critical,CA:TRUE"];
  openssl("req", "-x509", ...keyOf(), "-nodes", "-days", "3650", ...ca, "-keyout", "ca.key", "-out", "ca.pem");
  let count = 0;
  return {
    root: read("ca.pem"),
    issue(common, { names = [], from = -1, to, rsa }) {
      const id = `leaf${count++}`;
      openssl("req", ...keyOf(rsa), "-nodes", "-subj", `/CN=${common}`, "-keyout", `${id}.key`, "-out", `${id}.csr`);
      const extensions = names.length === 0 ? "basicConstraints=CA:FALSE\n" : `subjectAltName=${names.join(",")}\n`;
      writeFileSync(path(`${id}.ext`), extensions);
      const span = ["-startdate", stamp(from), "-enddate", stamp(to)];
      const files = ["-in", `${id}.csr`, "-out", `${id}.pem`, "-extfile", `${id}.ext`];
      openssl(
        "ca",
        "-batch",
        "-config",
        "ca.cnf",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-notext",
        ...span,
        ...files,
      );
      return { key: read(`${id}.key`), cert: read(`${id}.pem`) };
    },
    selfSigned(common) {
      const id = `self${count++}`;
      const names = ["-subj", `/CN=${common}`, "-addext", `subjectAltName=DNS:${common}`];
      openssl(
        "req",
        "-x509",
        ...keyOf(),
        "-nodes",
        "-days",
        "90",
        ...names,
        "-keyout",
        `${id}.key`,
        "-out",
        `${id}.pem`,
      );
      return { key: read(`${id}.key`), cert: read(`${id}.pem`) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
