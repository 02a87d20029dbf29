/** The operations of the codec server, as the Temporal Web UI and CLI expect them. */
import { namespaceSchema, payloadsAnswer, payloadsSchema } from "../../schema/codec.js";
import { CODEC_PATH } from "../../vocabulary/names.js";
import { CODEC_REQUEST_MAX_BYTES } from "../../vocabulary/payload-limits.js";
import type { Operation } from "./operation.js";

const NAMESPACE = { name: "X-Namespace", says: "the namespace that the payloads are of", schema: namespaceSchema };
const common = {
  method: "post",
  headers: [NAMESPACE],
  body: payloadsSchema,
  bodyMaxBytes: CODEC_REQUEST_MAX_BYTES,
  problems: [404],
} as const;

export const CODEC_OPERATIONS = {
  decodePayloads: {
    ...common,
    path: `${CODEC_PATH}/decode`,
    needs: "payloads.open",
    says: "Decrypt payloads of runs, for the Temporal Web UI and CLI",
    answers: { 200: { says: "the payloads, in their order; plain ones as they came", schema: payloadsAnswer } },
  },
  encodePayloads: {
    ...common,
    path: `${CODEC_PATH}/encode`,
    needs: "payloads.seal",
    says: "Encrypt payloads that the Temporal Web UI or CLI will send",
    answers: { 200: { says: "the payloads, in their order", schema: payloadsAnswer } },
  },
} as const satisfies Record<string, Operation>;
