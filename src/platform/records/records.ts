/**
 * Records that are made once and never changed, where nobody who can only write to the Temporal namespace reaches: a
 * folder of this machine, or the bucket that all workers share.
 */
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../schema/json.js";
import { messageOf } from "../../vocabulary/message-of.js";
import type { ContentStore } from "../blobs/store.js";
import { type ToolFailure, toolFailure } from "../failure.js";
import type { PayloadKey } from "../payloads/keys.js";
import { createSealer } from "../payloads/seal.js";
import { isSealedText, openText, sealText } from "../payloads/sealed-text.js";

export interface Records {
  /** Of this store: two stores never have the same, and one that was emptied has another. */
  id(): Promise<string>;
  /** Makes the record where there is none of that name, and gives undefined; else gives the one that is there. */
  create(name: string, record: JsonObject): Promise<JsonObject | undefined>;
  /** Undefined where there is none. */
  read(name: string): Promise<JsonObject | undefined>;
}

/** A name becomes part of a path. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,127}$/;
const ID = "store-id";
/** Made a second time on purpose, to see that the store refuses it. */
const PROBE = "store-probe";

/** With keys, what is recorded is sealed. Every failure is a `records-unreachable`. */
export function createRecords(shelf: ContentStore, keys: readonly PayloadKey[] = []): Records {
  const sealer = createSealer(keys);
  let proven = false;

  async function read(name: string): Promise<JsonObject | undefined> {
    const kept = await tried(name, () => shelf.get(named(name)));
    if (kept === undefined) return undefined;
    return tried(name, async () => recordIn(isSealedText(kept) ? openText(sealer, "record", kept) : kept));
  }

  async function create(name: string, record: JsonObject): Promise<JsonObject | undefined> {
    await prove();
    return add(name, record);
  }

  async function add(name: string, record: JsonObject): Promise<JsonObject | undefined> {
    const plain = Buffer.from(JSON.stringify(record), "utf8");
    const bytes = keys.length === 0 ? plain : sealText(sealer, "record", plain);
    if (await tried(name, () => shelf.add(named(name), bytes))) return undefined;
    const there = await read(name);
    if (there !== undefined) return there;
    throw unreachable(name, "it answered that it has one, and has none");
  }

  /** A bucket that does not know the condition would let each record be made many times, and say nothing. */
  async function prove(): Promise<void> {
    if (proven) return;
    await add(PROBE, { by: randomUUID() });
    if ((await add(PROBE, { by: randomUUID() })) === undefined) {
      throw unreachable(PROBE, "it replaces what is there (it ignores If-None-Match), so nothing can be used up in it");
    }
    proven = true;
  }

  return {
    async id() {
      const known = await read(ID);
      const id = randomUUID();
      const made = known ?? (await create(ID, { id })) ?? { id };
      if (typeof made.id !== "string" || made.id === "") throw unreachable(ID, "it holds no id");
      return made.id;
    },
    create,
    read,
  };
}

/** What was damaged says nothing, least of all that there is nothing. */
function recordIn(text: Buffer): JsonObject {
  const record: unknown = JSON.parse(text.toString("utf8"));
  if (typeof record === "object" && record !== null && !Array.isArray(record)) return record as JsonObject;
  throw new Error("what is there is no record");
}

function named(name: string): string {
  if (!NAME.test(name)) throw new Error(`a record cannot have the name ${name.slice(0, 40)}`);
  return name;
}

async function tried<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw unreachable(name, messageOf(error));
  }
}

function unreachable(name: string, why: string): ToolFailure {
  const message = `the record ${name} could not be made or read: ${why}`;
  return toolFailure("records-unreachable", message, {
    hint: "look at the home's folder approvals, or at blobs in config.yaml",
  });
}
