/** A memory that others have laid hands on: what comes back is what was written, or a clear refusal; never anything else. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MemoryStore } from "../../../src/platform/memory/store.js";
import { codesOf, describeMemory, entryOf, got, openMemory } from "../../support/memory.js";

const CLEAR = new Set(["memory-broken", "memory-key-wrong", "memory-rolled-back", "memory-unavailable"]);

async function filled(count: number) {
  const memory = openMemory();
  for (let n = 0; n < count; n++) {
    got(await memory.store.put(entryOf(`r-${n}`, { goal: `service ${n} returns errors` }), { id: `g${n}`, n }));
  }
  return { ...memory, file: join(memory.places.directory, "memory.db") };
}

const listed = async (store: MemoryStore) => JSON.stringify(got(await store.list()));

describeMemory("a memory in other hands (needs better-sqlite3-multiple-ciphers)", () => {
  test("another key is refused with what to do, and changes nothing", async () => {
    const { again, file } = await filled(1);
    const before = readFileSync(file);
    for (const key of ["6f".repeat(32), "a passphrase of somebody else"]) {
      const answer = await again({ key }).put(entryOf("new"));
      expect(codesOf(answer)).toEqual(["memory-key-wrong"]);
      expect(answer).toMatchObject({ problems: [{ hint: expect.stringMatching(/AUTOOPS_MEMORY_KEY/) }] });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(got(await again().list()).kept).toHaveLength(1);
  });

  test.each(["", "short"])("the key %j is refused before anything is made, and not shown", async (key) => {
    const { store, home } = openMemory({ key });
    const answer = await store.put(entryOf("a"));
    expect(codesOf(answer)).toEqual(["memory-key-wrong"]);
    expect(JSON.stringify(answer)).not.toContain("short");
    expect(existsSync(join(home, "memory"))).toBe(false);
  });

  test("a passphrase opens what it has made, and no other does", async () => {
    const { store, again } = openMemory({ key: "correct horse battery staple" });
    got(await store.put(entryOf("a")));
    expect(got(await again().list()).kept).toHaveLength(1);
    expect(codesOf(await again({ key: "correct horse battery stapler" }).list())).toEqual(["memory-key-wrong"]);
  });

  test("a key file that is gone is not made anew over a memory that it opened", async () => {
    const { store, again, places } = openMemory({ key: undefined });
    got(await store.put(entryOf("a")));
    rmSync(places.keyFile);
    expect(codesOf(await again().put(entryOf("b")))).toEqual(["memory-key-wrong"]);
    expect(existsSync(places.keyFile)).toBe(false);
  });

  test("a byte changed anywhere in the file is refused, or changes nothing that is read", async () => {
    const { again, file, places } = await filled(30);
    const good = readFileSync(file);
    const head = readFileSync(places.headFile);
    const before = await listed(again());
    const change = fc.record({ at: fc.nat(good.length - 1), mask: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, mask }) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ mask;
        writeFileSync(file, bad);
        writeFileSync(places.headFile, head);
        for (const use of [again().list(), again().search("errors", 40), again().verify()]) {
          for (const code of codesOf(await use)) expect(CLEAR).toContain(code);
        }
        const answer = await again().list();
        if (answer.ok) expect(JSON.stringify(answer.value)).toBe(before);
      }),
      { numRuns: 120 },
    );
    writeFileSync(file, good);
    expect(await listed(again())).toBe(before);
  }, 120_000);

  test("a file cut short or with more behind it is refused, or changes nothing that is read", async () => {
    const { again, file, places } = await filled(30);
    const good = readFileSync(file);
    const head = readFileSync(places.headFile);
    const before = await listed(again());
    for (const size of [
      0,
      1,
      15,
      100,
      4_095,
      4_096,
      8_192,
      good.length - 4_096,
      good.length - 1,
      good.length + 4_096,
    ]) {
      writeFileSync(file, Buffer.concat([good, Buffer.alloc(4_096, 7)]).subarray(0, size));
      writeFileSync(places.headFile, head);
      const answer = await again().list();
      if (answer.ok) expect(JSON.stringify(answer.value)).toBe(before);
      else for (const code of codesOf(answer)) expect(CLEAR).toContain(code);
      if (size < good.length - 4_096) expect(answer.ok).toBe(false);
    }
  });

  test("an older file that is put back is noticed, and used only after somebody has said so", async () => {
    const { store, again, file, places } = await filled(3);
    const older = readFileSync(file);
    got(await store.forget("r-1"));
    writeFileSync(file, older);
    for (const use of [again().list(), again().search("errors", 5), again().put(entryOf("new")), again().verify()]) {
      expect(codesOf(await use)).toEqual(["memory-rolled-back"]);
    }
    expect(readFileSync(file).equals(older)).toBe(true);
    const { generation } = got(await again().accept());
    expect(generation).toBe(5);
    expect(got(await again().verify())).toMatchObject({ generation, entries: 3 });
    expect(got(await again().list()).kept).toHaveLength(3);
    expect(existsSync(places.headFile)).toBe(true);
  });

  test("a database that is gone, or its number outside, is noticed", async () => {
    const { again, file, places } = await filled(2);
    const good = readFileSync(file);
    const head = readFileSync(places.headFile);
    rmSync(places.headFile);
    expect(codesOf(await again().list())).toEqual(["memory-rolled-back"]);
    writeFileSync(places.headFile, head.toString().replace(/"generation":2/, '"generation":1'));
    expect(codesOf(await again().list())).toEqual(["memory-rolled-back"]);
    writeFileSync(places.headFile, head);
    rmSync(file);
    expect(codesOf(await again().put(entryOf("x")))).toEqual(["memory-rolled-back"]);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, good);
    expect(got(await again().list()).kept).toHaveLength(2);
  });

  test("a process that ended between its two writes left nothing wrong; the next use makes it good", async () => {
    const { store, again, file, places } = await filled(2);
    const head = readFileSync(places.headFile);
    got(await store.put(entryOf("third")));
    const newest = readFileSync(file);
    writeFileSync(places.headFile, head);
    expect(got(await again().list()).kept).toHaveLength(3);
    expect(readFileSync(places.headFile, "utf8")).toContain('"generation":3');
    got(await store.put(entryOf("fourth")));
    writeFileSync(file, newest);
    expect(codesOf(await again().list())).toEqual(["memory-rolled-back"]);
    writeFileSync(places.headFile, head);
    got(await again().list());
  });

  test("a number outside that is older by more than one change is noticed too", async () => {
    const { store, again, places } = await filled(1);
    const head = readFileSync(places.headFile);
    for (const run of ["a", "b"]) got(await store.put(entryOf(run)));
    writeFileSync(places.headFile, head);
    expect(codesOf(await again().list())).toEqual(["memory-rolled-back"]);
  });

  test("both put back together go unseen by themselves, and not by a number that was noted elsewhere", async () => {
    const { store, again, home } = await filled(2);
    const older = join(home, "older");
    cpSync(join(home, "memory"), join(older, "memory"), { recursive: true });
    cpSync(join(home, "memory-head.json"), join(older, "memory-head.json"));
    got(await store.put(entryOf("third")));
    const { generation } = got(await again().verify());
    cpSync(older, home, { recursive: true });
    expect(got(await again().verify()).generation).toBeLessThan(generation);
  });

  test.each([
    ["an edited body", "UPDATE entries SET body = replace(body, 'service 1', 'service 9') WHERE run = 'r-1'"],
    ["an edited MAC", "UPDATE entries SET mac = replace(mac, substr(mac, 1, 1), 'x') WHERE run = 'r-1'"],
    ["an origin made better", "UPDATE entries SET origin = 'import' WHERE run = 'r-1'"],
    ["another time", "UPDATE entries SET ended_ms = ended_ms + 1 WHERE run = 'r-1'"],
  ])("%s sets that entry aside by name, and the others are used", async (_, sql) => {
    const { again, raw } = await filled(3);
    const database = raw();
    database.exec(sql);
    database.close();
    const { kept, setAside } = got(await again().list());
    expect(kept.map(({ entry }) => entry.run).sort()).toEqual(["r-0", "r-2"]);
    expect(setAside).toMatchObject([{ run: "r-1", problem: { code: "memory-entry-invalid" } }]);
    expect(got(await again().verify()).setAside).toHaveLength(1);
    expect(codesOf(await again().get("r-1"))).toEqual(["memory-entry-invalid"]);
    expect(got(await again().search("service errors", 10)).kept).toHaveLength(2);
    expect(got(await again().forget("r-1"))).toEqual({ forgotten: 1 });
    expect(got(await again().verify())).toMatchObject({ entries: 2, setAside: [] });
  });

  test("entries whose texts were swapped are both set aside", async () => {
    const { again, raw } = await filled(3);
    const database = raw();
    const bodies = database.prepare("SELECT run, body, mac FROM entries ORDER BY run").all() as Array<{
      body: string;
      mac: string;
    }>;
    const set = database.prepare("UPDATE entries SET body = ?, mac = ? WHERE run = ?");
    set.run(bodies[1]?.body, bodies[1]?.mac, "r-0");
    set.run(bodies[0]?.body, bodies[0]?.mac, "r-1");
    database.close();
    const { kept, setAside } = got(await again().list());
    expect(kept.map(({ entry }) => entry.run)).toEqual(["r-2"]);
    expect(setAside.map(({ run }) => run).sort()).toEqual(["r-0", "r-1"]);
  });

  test.each([
    ["taken out", "DELETE FROM entries WHERE run = 'r-1'"],
    ["renamed", "UPDATE entries SET run = 'r-9' WHERE run = 'r-1'"],
    [
      "put in again",
      "INSERT INTO entries SELECT 'r-8', generation, origin, ended_ms, body, mac FROM entries WHERE run = 'r-1'",
    ],
  ])("an entry that was %s behind the program's back is noticed", async (_, sql) => {
    const { again, raw } = await filled(3);
    const database = raw();
    database.exec(sql);
    database.close();
    expect(codesOf(await again().list())).toEqual(["memory-rolled-back"]);
  });
});
