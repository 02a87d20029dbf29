/**
 * The payload codec: what Temporal keeps of a run, encrypted. It works outside the workflow sandbox, in the worker and in
 * clients; the whole payload is sealed, its metadata included.
 */
import type { Payload, PayloadCodec } from "@temporalio/common";
import proto from "@temporalio/proto";
import type { Sealer } from "./seal.js";

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

export const ENCRYPTED = "binary/encrypted";
const KEY_ID = "encryption-key-id";

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("utf8");

export function isEncrypted(payload: Payload): boolean {
  return textOf(payload.metadata?.encoding) === ENCRYPTED;
}

/**
 * Without keys it leaves what is plain as it is, and says of what is encrypted which key is missing. With `required`,
 * what came in plain is put away and a note stands in its place, which no schema of ours takes: an error in its stead
 * would stop the whole run, and anyone who may send a signal could cause it.
 */
export function createPayloadCodec(sealer: Sealer, required = false): PayloadCodec {
  const seals = sealer.keyIds.length > 0;
  return {
    async encode(payloads) {
      return seals ? payloads.map((payload) => sealed(payload, sealer)) : payloads;
    },
    async decode(payloads) {
      return payloads.map((payload) => {
        if (isEncrypted(payload)) return opened(payload, sealer);
        return required ? REFUSED : payload;
      });
    },
  };
}

function sealed(payload: Payload, sealer: Sealer): Payload {
  const { keyId, bytes } = sealer.seal("payload", PayloadMessage.encode(payload).finish());
  return { metadata: { encoding: bytesOf(ENCRYPTED), [KEY_ID]: bytesOf(keyId) }, data: bytes };
}

function opened(payload: Payload, sealer: Sealer): Payload {
  const keyId = textOf(payload.metadata?.[KEY_ID]);
  const plain = sealer.open("payload", { keyId, bytes: payload.data ?? new Uint8Array() });
  const { metadata, data } = PayloadMessage.decode(plain);
  return { metadata, data };
}

const REFUSED: Payload = {
  metadata: { encoding: bytesOf("json/plain") },
  data: bytesOf(
    JSON.stringify({
      "payload-not-encrypted": "it came in plain, and AUTOOPS_PAYLOAD_REQUIRED lets only what is encrypted count",
    }),
  ),
};
