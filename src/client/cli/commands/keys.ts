/** `autoops keys init|show|rotate`: the key that signs on this machine, and the public keys that prove what was signed. */
import { createAuditLog } from "../../../platform/audit/log.js";
import { readEnvironment } from "../../../platform/environment.js";
import { makeKeyIfAbsent, publicFolderOf, readOwnPublicKeys, rotateKey } from "../../../platform/keys/key-file.js";
import { type PublicKey, readPublicKeys } from "../../../platform/keys/public-keys.js";
import { isThere } from "../../../platform/settings-file.js";
import { loadSigner } from "../../../platform/signing.js";
import { storesOf } from "../../../platform/stores.js";
import type { Refused } from "../../../vocabulary/result.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";
import { columns, style } from "../text.js";

type Place = { ok: true; file: string; audit: string; publicKeys?: string } | Refused;

function placeOf(session: Session): Place {
  const read = readEnvironment(session.environment);
  if (!read.ok) return read;
  const { approvalKey: file, audit } = storesOf(read.environment);
  return { ok: true, file, audit, publicKeys: read.environment.approvalPublicKeys };
}

export async function initKeys(session: Session): Promise<Ending> {
  const place = placeOf(session);
  if (!place.ok) return failed(place.problems);
  const { file } = place;
  const { made } = await makeKeyIfAbsent(file);
  const read = await readOwnPublicKeys(file);
  if (!read.ok) return failed([read.problem]);
  const kid = read.keys[0]?.kid ?? "";
  if (made) await note(place, "made", { kid });
  const { print } = session;
  print.result(`${made ? style.green("made") : style.yellow("there already")}: key ${kid} in ${file}`);
  const folder = publicFolderOf(file);
  if (await isThere(folder)) print.result(`  its public half, for workers: ${folder}`);
  print.result("  whoever reads the key can sign any name; workers need the public half alone:");
  print.result("  AUTOOPS_APPROVAL_PUBLIC_KEYS=<a copy of that folder> autoops worker");
  return done({ made, kid, file, publicFolder: folder });
}

export async function showKeys(session: Session): Promise<Ending> {
  const place = placeOf(session);
  if (!place.ok) return failed(place.problems);
  const hasOwn = await isThere(place.file);
  const own = hasOwn ? await readOwnPublicKeys(place.file) : undefined;
  const given = place.publicKeys === undefined ? undefined : await readPublicKeys(place.publicKeys);
  const problems = [own, given].flatMap((read) => (read?.ok === false ? [read.problem] : []));
  if (problems.length > 0) return failed(problems);
  const signing = own?.ok ? own.keys[0]?.kid : undefined;
  const keys = new Map([own, given].flatMap((read) => (read?.ok ? read.keys : [])).map((key) => [key.kid, key]));
  if (keys.size === 0) {
    const message = `there is no key in ${place.file}, and AUTOOPS_APPROVAL_PUBLIC_KEYS is not set`;
    return failed([{ code: "not-found", at: place.file, message, hint: "autoops keys init" }]);
  }
  const rows = [...keys.values()].map((key) => ({ ...facts(key), signs: key.kid === signing }));
  const { print } = session;
  const head = ["key id", "", "in"].map(style.dim);
  const shown = rows.map(({ kid, signs, file }) => [kid, signs ? style.green("signs") : "verifies", file]);
  for (const line of columns([head, ...shown])) print.result(line);
  if (place.publicKeys !== undefined) {
    print.note(`a worker here trusts those of ${place.publicKeys} alone, and signs nothing`);
  }
  return done({ keys: rows, signing, file: hasOwn ? place.file : undefined });
}

const facts = ({ kid, jwk, file }: PublicKey) => ({ kid, file, jwk: { ...jwk, kid } });

export async function rotateKeys(session: Session): Promise<Ending> {
  const place = placeOf(session);
  if (!place.ok) return failed(place.problems);
  const rotated = await rotateKey(place.file);
  if (!rotated.ok) return failed([rotated.problem]);
  const { own, previous } = rotated;
  await note(place, "rotated", { kid: own.kid, previous: previous.kid });
  const folder = publicFolderOf(place.file);
  const { print } = session;
  print.result(`${style.green("signs now")}: ${own.kid}`);
  print.result(`still verifies: ${previous.kid}`);
  print.result(`  copy ${folder} to every worker that holds public keys: until then it refuses what is signed now`);
  print.result(`  once no gate from before is open, end the old key: rm ${folder}/${previous.kid}.json`);
  return done({ kid: own.kid, previous: previous.kid, file: place.file, publicFolder: folder });
}

/** Who can approve has changed: that stands in the log, as far as it can be written. */
async function note({ audit: directory, file }: Extract<Place, { ok: true }>, what: string, details: object) {
  const loaded = await loadSigner(file);
  const signer = loaded.ok ? { signer: loaded.signer } : {};
  const audit = createAuditLog({ directory, ...signer, now: Date.now, onProblem: () => undefined });
  await audit.note({ event: "keys-changed", actor: ownName(), channel: "cli", details: { what, ...details } });
}
