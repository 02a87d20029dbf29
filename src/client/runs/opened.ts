/**
 * Raw answers of Temporal, opened: what is encrypted is decrypted, what lies in storage behind Temporal is fetched, and
 * failures say what they said. Nothing else of an answer changes, so all that reads histories stays as it is.
 */
import type { Client } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import { defaultPayloadConverter } from "@temporalio/common";
import { ExternalStorageRunner, isReferencePayload } from "@temporalio/common/lib/internal-non-workflow/index.js";
import { toolFailure } from "../../platform/failure.js";
import { isEncrypted } from "../../platform/payloads/codec.js";

interface Found {
  /** What is not plain as it stands. */
  closed: Payload[];
  /** What carries its message in a payload. */
  failures: EncodedFailure[];
}
interface EncodedFailure {
  message?: string | null;
  stackTrace?: string | null;
  encodedAttributes?: Payload | null;
}

/** Opens a raw answer in place. Throws `payload-key-missing` or `payload-damaged`. */
export async function opened<T>(answer: T, client: Client): Promise<T> {
  const found: Found = { closed: [], failures: [] };
  search(answer, found);
  if (found.closed.length > 0) await open(found.closed, client);
  for (const failure of found.failures) tell(failure);
  return answer;
}

function search(value: unknown, found: Found): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (isPayload(value)) {
    if (isEncrypted(value) || isReferencePayload(value)) found.closed.push(value);
    return;
  }
  const { encodedAttributes } = value as EncodedFailure;
  if (encodedAttributes) found.failures.push(value as EncodedFailure);
  for (const child of Object.values(value)) search(child, found);
}

function isPayload(value: object): value is Payload {
  const { metadata } = value as Payload;
  return typeof metadata === "object" && metadata !== null && metadata.encoding instanceof Uint8Array;
}

async function open(closed: Payload[], client: Client): Promise<void> {
  const payloads = await openPayloads(closed, client);
  for (const [index, payload] of closed.entries()) Object.assign(payload, payloads[index]);
}

/** The same for single payloads, which stay as they are; plain ones come back as they came. */
export async function openPayloads(closed: Payload[], client: Client): Promise<Payload[]> {
  const { externalStorage, payloadCodecs } = client.options.loadedDataConverter;
  let payloads = await fetched(closed, externalStorage);
  for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
  return payloads;
}

/** As the client would send them. */
export async function sealPayloads(plain: Payload[], client: Client): Promise<Payload[]> {
  let payloads = plain;
  for (const codec of client.options.loadedDataConverter.payloadCodecs) payloads = await codec.encode(payloads);
  return payloads;
}

async function fetched(
  payloads: Payload[],
  storage: Client["options"]["loadedDataConverter"]["externalStorage"],
): Promise<Payload[]> {
  if (!payloads.some(isReferencePayload)) return payloads;
  if (storage !== undefined) return new ExternalStorageRunner(storage).retrieve(payloads);
  const message = "a payload of the history lies in storage behind Temporal, and this client was given none";
  throw toolFailure("payload-key-missing", message, { hint: "make the client as `openRuns` does" });
}

function tell(failure: EncodedFailure): void {
  if (!failure.encodedAttributes) return;
  const said = defaultPayloadConverter.fromPayload<{ message?: unknown; stack_trace?: unknown } | null>(
    failure.encodedAttributes,
  );
  if (typeof said?.message === "string") failure.message = said.message;
  if (typeof said?.stack_trace === "string") failure.stackTrace = said.stack_trace;
}
