/** Files that decide what may happen: who owns them, and every folder and link on the way to them. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createApiKeys } from "../../src/platform/api-keys.js";
import { createAuditLog } from "../../src/platform/audit/log.js";
import { createFolder } from "../../src/platform/blobs/folder.js";
import { makeKeyIfAbsent, readOwnKey } from "../../src/platform/keys/key-file.js";
import { loadKey } from "../../src/platform/memory/key.js";
import { createRecords } from "../../src/platform/records/records.js";
import { readTrustedFile } from "../../src/platform/trusted-file.js";

let top: string;
let home: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "trusted-")));
  home = join(top, "home");
  mkdirSync(join(home, "conf"), { recursive: true });
  writeFileSync(join(home, "conf/safety.yaml"), "version: 1");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(top, { recursive: true, force: true });
});

const OTHER = 12_345;
const people = () =>
  readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
const answerOf = async (path: string): Promise<string> => {
  const read = await readTrustedFile(path, 1_000);
  return read.ok ? read.text : `${read.problem.code} ${read.problem.at}`;
};

test("a file of one's own is read, also through links of one's own", async () => {
  symlinkSync("conf", join(home, "by-folder"));
  symlinkSync("../conf/safety.yaml", join(home, "conf/again.yaml"));
  symlinkSync(join(home, "by-folder/again.yaml"), join(top, "policy.yaml"));
  expect(await answerOf(join(top, "policy.yaml"))).toBe("version: 1");
});

test("a missing file and a link in a circle are told as such", async () => {
  symlinkSync("b.yaml", join(home, "a.yaml"));
  symlinkSync("a.yaml", join(home, "b.yaml"));
  expect(await answerOf(join(home, "absent.yaml"))).toContain("file-not-found");
  expect(await answerOf(join(home, "a.yaml"))).toContain("file-unsafe");
});

test.each(["conf/safety.yaml/config.yaml", "conf/safety.yaml/x/y"])(
  "a path through a file is told as such: %s",
  async (path) => {
    const read = await readTrustedFile(join(home, path), 1_000);
    const message = `${join(home, path)} cannot be read: ${join(home, "conf/safety.yaml")} is not a folder`;
    expect(read).toEqual({
      ok: false,
      problem: { code: "file-unreadable", at: join(home, path), message, hint: "name another path" },
    });
  },
);

describe("refused, with the place named, is", () => {
  const root = process.getuid?.() === 0;
  const file = () => join(home, "conf/safety.yaml");

  test.skipIf(!root)("what a group with others in it may write (skipped for users but root)", async () => {
    // The owner's group by its number: private where nobody else is in it.
    vi.spyOn(process, "getuid").mockReturnValue(OTHER);
    chownSync(file(), OTHER, OTHER);
    chmodSync(file(), 0o664);
    expect(await answerOf(file())).toBe("version: 1");
    const others = people().filter(({ uid, gid }) => uid === gid && uid !== 0);
    for (const { uid, gid } of others.slice(0, 3)) {
      // The other way about: the group of somebody else, which is our own first group.
      vi.spyOn(process, "getgid").mockReturnValue(gid);
      chownSync(file(), OTHER, gid);
      expect(await answerOf(file()), `group of ${uid}`).toBe(`file-unsafe ${file()}`);
    }
    expect(others.length).toBeGreaterThan(0);
  });

  test("a folder further up that others may write", async () => {
    chmodSync(home, 0o777);
    expect(await answerOf(join(home, "conf/safety.yaml"))).toBe(`file-unsafe ${home}`);
    chmodSync(home, 0o1777);
    expect(await answerOf(join(home, "conf/safety.yaml"))).toBe("version: 1");
  });

  test("what a link leads to: the file, or a folder on the way", async () => {
    symlinkSync(join(home, "conf/safety.yaml"), join(top, "policy.yaml"));
    chmodSync(join(home, "conf"), 0o777);
    expect(await answerOf(join(top, "policy.yaml"))).toBe(`file-unsafe ${join(home, "conf")}`);
    chmodSync(join(home, "conf"), 0o755);
    chmodSync(join(home, "conf/safety.yaml"), 0o666);
    expect(await answerOf(join(top, "policy.yaml"))).toBe(`file-unsafe ${join(home, "conf/safety.yaml")}`);
  });

  test.skipIf(process.getuid?.() !== 0)(
    "a memory key, an audit folder and an audit file that another user owns (skipped for users but root)",
    async () => {
      const keyFile = join(home, "memory-key");
      writeFileSync(keyFile, "ab".repeat(32), { mode: 0o600 });
      const places = { keyFile, saltFile: join(home, "salt") };
      expect(await loadKey(places, false)).toMatchObject({ ok: true });
      chownSync(keyFile, OTHER, OTHER);
      expect(await loadKey(places, false)).toMatchObject({ ok: false, problem: { code: "file-unsafe", at: keyFile } });

      const directory = join(home, "audit");
      const audit = createAuditLog({ directory, now: Date.now, onProblem: () => undefined });
      const write = () => audit.record({ event: "run-started", actor: "ann" }).then(() => "written", String);
      expect(await write()).toBe("written");
      const file = join(directory, "audit-000001.jsonl");
      chownSync(file, OTHER, OTHER);
      expect(await write()).toContain("audit-000001.jsonl must belong to this user or to root");
      chownSync(file, 0, 0);
      expect(await write()).toBe("written");
      chownSync(directory, OTHER, OTHER);
      expect(await write()).toContain("audit must belong to this user or to root");
    },
  );

  test("records of used approvals that others may write, or take away", async () => {
    const folder = join(home, "approvals");
    const records = createRecords(createFolder(folder, true));
    const make = (name: string) => records.create(name, { by: "us" }).then(() => "made", String);
    const look = (name: string) => records.read(name).then((found) => JSON.stringify(found), String);
    expect(await make("use-1")).toBe("made");
    expect(await look("use-1")).toBe('{"by":"us"}');
    chmodSync(home, 0o777);
    for (const answer of [await make("use-2"), await look("use-1"), await look("no-such")])
      expect(answer).toContain(`${home} must not be writable by others`);
    chmodSync(home, 0o755);
    chmodSync(join(folder, "use-1"), 0o666);
    expect(await look("use-1")).toContain("use-1 must not be writable by others");
    chmodSync(join(folder, "use-1"), 0o600);
    expect(await make("use-3")).toBe("made");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "records of used approvals that another user owns, or whose folder is a link of theirs (skipped for users but root)",
    async () => {
      const folder = join(home, "approvals");
      const records = createRecords(createFolder(folder, true));
      const make = (name: string) => records.create(name, { by: "us" }).then(() => "made", String);
      expect(await make("use-1")).toBe("made");
      for (const place of [home, folder, join(folder, "use-1")]) {
        chownSync(place, OTHER, OTHER);
        expect(await make("use-1")).toContain(`${place} must belong to this user or to root`);
        expect(await records.read("use-1").then(JSON.stringify, String)).toContain(
          "must belong to this user or to root",
        );
        chownSync(place, 0, 0);
      }
      symlinkSync(folder, join(top, "linked"));
      lchownSync(join(top, "linked"), OTHER, OTHER);
      const linked = createRecords(createFolder(join(top, "linked"), true));
      expect(await linked.read("use-1").then(JSON.stringify, String)).toContain("must belong to this user or to root");
    },
  );

  test.skipIf(process.getuid?.() !== 0)("what another user owns (skipped for users but root)", async () => {
    const file = join(home, "conf/safety.yaml");
    for (const place of [file, join(home, "conf"), home]) {
      chownSync(place, OTHER, OTHER);
      expect(await answerOf(file)).toBe(`file-unsafe ${place}`);
      chownSync(place, 0, 0);
    }
    expect(await answerOf(file)).toBe("version: 1");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "a key, and API keys, of another user or in their home (skipped for users but root)",
    async () => {
      const key = join(home, "approval-key.json");
      await makeKeyIfAbsent(key);
      const apiKeys = join(home, "api-keys.json");
      const made = await createApiKeys(apiKeys, Date.now).create({ subject: "ann", groups: [], createdBy: "root" });
      expect(made.ok).toBe(true);
      const codes = async (): Promise<unknown[]> => {
        const own = await readOwnKey(key);
        const list = await createApiKeys(apiKeys, Date.now).list();
        return [own.ok || own.problem.code, list.ok || list.problems.map(({ code }) => code)];
      };
      expect(await codes()).toEqual([true, true]);
      chownSync(home, OTHER, OTHER);
      expect(await codes()).toEqual(["file-unsafe", ["file-unsafe"]]);
      chownSync(home, 0, 0);
      for (const file of [key, apiKeys]) chownSync(file, OTHER, OTHER);
      expect(await codes()).toEqual(["file-unsafe", ["file-unsafe"]]);
    },
  );
});
