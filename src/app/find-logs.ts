/** Logs of what runs on this machine: folders and files below /var/log that are written to, and what processes that serve others hold open. Reads only. */
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { filesWrittenBy, inodesOf, socketsOf } from "../activities/discover/proc-net.js";

/** What nobody wrote to for so long tells nothing of now. */
const SILENT_DAYS = 7;
const DAY_MS = 86_400_000;
const PROCESSES_MAX = 2_000;
/** More files of one process are parts of a store, not logs. */
const PER_PROCESS_MAX = 8;
const FILES_MAX = 40;
/** Programs whose log is taken however old it is: silence of it tells something, too. */
const PROGRAMS =
  /^(?:nginx|apache2|httpd|haproxy|caddy|traefik|envoy|varnish|postgresql|pgbouncer|mysql|mysqld|mariadb|redis|rabbitmq|mongodb|mongod|elasticsearch|opensearch|kafka|zookeeper|memcached|php\S*|tomcat\d*|app|apps|\w+-service)$/;
/** Of the system itself: installing, signing in, booting, and the journal, which is read as a journal. */
const SYSTEM =
  /^(?:apt|aptitude|installer|journal|private|sysstat|unattended-upgrades|dist-upgrade|cups|gdm3?|lightdm|hp|speech-dispatcher|audit|sa|anaconda|tuned|swtpm|libvirt|samba|landscape|lxd|cloud-init\S*|dpkg|alternatives|bootstrap|boot|fontconfig|faillog|lastlog|[bw]tmp|auth|secure|kern|syslog|messages|daemon|user|mail|maillog|debug|dmesg|cron|Xorg\S*|autoops)$/;
const LOG_FILE = /\.(?:log|jsonl|out|err)$|[-_.]log\.json$/;
/** In a folder that says so, logs have plain endings too. */
const WRITTEN_LOG = /\.(?:log|jsonl|out|err)$|[-_.]log\.json$|\/logs?\/[^/]{1,200}\.(?:json|txt)$/;
const LOG_FOLDER = /\/logs?$/;

export interface LogPlaces {
  home?: string;
  proc?: string;
  /** What lies below it is this product's own. */
  own?: string;
}

/** Folders, and single files. A file that lies in a folder that is taken is not named again. */
export async function findLogs({ home = "/var/log", proc = "/proc", own }: LogPlaces = {}): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  const taken = await Promise.all(
    entries.map(async (entry) => {
      const path = join(home, entry.name);
      const stem = entry.name.replace(LOG_FILE, "");
      if (SYSTEM.test(stem)) return [];
      if (entry.isFile()) return LOG_FILE.test(entry.name) && (await isWritten(path)) ? [path] : [];
      if (!entry.isDirectory()) return [];
      return PROGRAMS.test(entry.name) || (await holdsLogs(path)) ? [path] : [];
    }),
  );
  const below = taken.flat().sort();
  const open = await openLogs(proc);
  const isOwn = (path: string) => own !== undefined && path.startsWith(own + sep);
  const isNew = (path: string) => !isOwn(path) && !below.some((one) => path === one || path.startsWith(one + sep));
  return [...below, ...open.filter((path) => isNew(path) && dirname(path) !== homedir())];
}

const isWritten = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs, size }) => size > 0 && Date.now() - mtimeMs < SILENT_DAYS * DAY_MS,
    () => false,
  );

async function holdsLogs(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const logs = names.filter((name) => LOG_FILE.test(name)).slice(0, FILES_MAX);
  return (await Promise.all(logs.map((name) => isWritten(join(folder, name))))).some(Boolean);
}

/** What processes write that listen on a port here, as far as this user may see. */
async function openLogs(proc: string): Promise<string[]> {
  const listening = new Set((await socketsOf(proc)).flatMap(({ state, inode }) => (state === "listens" ? inode : [])));
  if (listening.size === 0) return [];
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = new Set<string>();
  for (const pid of pids.slice(0, PROCESSES_MAX)) {
    const held = await inodesOf(proc, pid);
    if (![...held].some((inode) => listening.has(inode))) continue;
    const logs = await filesWrittenBy(proc, pid, WRITTEN_LOG);
    if (logs.length > PER_PROCESS_MAX) continue;
    for (const path of logs) if (found.size < FILES_MAX) found.add(path);
  }
  for (const path of await besides(found)) if (found.size < FILES_MAX) found.add(path);
  return [...found].sort();
}

/** Jobs and workers listen nowhere: their logs lie in the same folder of logs. */
async function besides(known: ReadonlySet<string>): Promise<string[]> {
  const folders = [...new Set([...known].map((path) => dirname(path)))].filter((folder) => LOG_FOLDER.test(folder));
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      const paths = names.filter((name) => LOG_FILE.test(name)).map((name) => join(folder, name));
      const written = await Promise.all(paths.slice(0, FILES_MAX).map(isWritten));
      return paths.filter((_, at) => written[at]);
    }),
  );
  return lists.flat();
}
