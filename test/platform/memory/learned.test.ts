/** Learned playbooks that a person took in: used as they were accepted, or not at all. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { keepLearned, readLearned, removeLearned } from "../../../src/platform/memory/learned.js";
import { loadSigner, type Signer } from "../../../src/platform/signing.js";
import { temporaryHome } from "../../support/memory.js";

const TAKING = {
  id: "learned-x",
  text: "id: learned-x\n",
  run: "r-1",
  subject: "ann",
  time: "2026-03-01T12:00:00.000Z",
};
let home: string;
let directory: string;
let signer: Signer;

beforeEach(async () => {
  home = temporaryHome();
  directory = join(home, "learned");
  const loaded = await loadSigner(join(home, "key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  signer = loaded.signer;
});
const file = (ending: string) => join(directory, `learned-x.${ending}`);
const change = (path: string, from: string | RegExp, to: string) =>
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));

test("what was accepted is read with who accepted it and the run that it comes from; files are the owner's alone", async () => {
  await keepLearned(directory, TAKING, signer);
  const { files, problems } = await readLearned(directory, signer);
  expect(problems).toEqual([]);
  expect(files).toMatchObject([{ id: "learned-x", text: TAKING.text, acceptance: { run: "r-1", subject: "ann" } }]);
  expect([directory, file("yaml"), file("json")].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600, 0o600,
  ]);
});

test.each([
  ["text", () => change(file("yaml"), "learned", "Learned")],
  ["digest", () => change(file("json"), /"digest":"../, '"digest":"00')],
  ["person", () => change(file("json"), "ann", "bob")],
  ["run", () => change(file("json"), "r-1", "r-2")],
  ["time", () => change(file("json"), "12:00", "12:01")],
  ["signature", () => change(file("json"), /"token":"[^"]+"/, '"token":"x.y.z"')],
  ["form", () => change(file("json"), '"v":1', '"v":1,"more":2')],
])("one whose %s was changed is set aside by name, and the others are used", async (_, tamper) => {
  await keepLearned(directory, TAKING, signer);
  await keepLearned(directory, { ...TAKING, id: "learned-y", text: "id: learned-y\n" }, signer);
  tamper();
  const { files, problems } = await readLearned(directory, signer);
  expect(files.map(({ id }) => id)).toEqual(["learned-y"]);
  expect(problems).toMatchObject([{ code: "playbook-invalid", at: "learned-x.yaml" }]);
});

test("a file that nobody accepted, or that another key signed, is set aside", async () => {
  await keepLearned(directory, TAKING, signer);
  writeFileSync(join(directory, "stray.yaml"), "id: stray\n", { mode: 0o600 });
  const other = await loadSigner(join(home, "other", "key.json"));
  if (!other.ok) throw new Error(other.problem.message);
  await keepLearned(directory, { ...TAKING, id: "forged" }, other.signer);
  const { files, problems } = await readLearned(directory, signer);
  expect(files.map(({ id }) => id)).toEqual(["learned-x"]);
  expect(problems.map(({ at }) => at)).toEqual(["forged.yaml", "stray.yaml"]);
});

test("an acceptance is no decision and no checkpoint, and neither of these is an acceptance", async () => {
  const acceptance = { digest: "ab".repeat(32), run: "r-1", subject: "ann", time: TAKING.time };
  const accepted = await signer.accept(acceptance);
  expect(await signer.verify(accepted, Date.parse(TAKING.time))).toMatchObject({ ok: false });
  expect(await signer.isAttested(accepted, { sequence: 1, hash: acceptance.digest, time: acceptance.time })).toBe(
    false,
  );
  const attested = await signer.attest({ sequence: 1, hash: acceptance.digest, time: acceptance.time });
  expect(await signer.isAccepted(attested, acceptance)).toBe(false);
  expect(await signer.isAccepted(accepted, acceptance)).toBe(true);
});

test.each(["../evil", "a/b", "", ".hidden", "A", "x".repeat(60)])("the id %j becomes no file", async (id) => {
  expect(await keepLearned(directory, { ...TAKING, id }, signer)).toBeUndefined();
  expect(await removeLearned(directory, id)).toBe(false);
  expect(await readLearned(directory, signer)).toEqual({ files: [], problems: [] });
});

test("what is taken away is not used any more", async () => {
  await keepLearned(directory, TAKING, signer);
  expect(await removeLearned(directory, "learned-x")).toBe(true);
  expect(await removeLearned(directory, "learned-x")).toBe(false);
  expect((await readLearned(directory, signer)).files).toEqual([]);
});
