/**
 * The limits of encrypted payloads, stored results and the codec server, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Keys at once: a rotation a month for a year, and some. */
export const PAYLOAD_KEYS_MAX = 16;
/** Bytes of an AES-256 key. */
export const PAYLOAD_KEY_BYTES = 32;
/** Bytes from which a payload goes to shared storage: where Temporal begins to warn. */
export const PAYLOAD_SHARED_BYTES = 256 * 1024;
/** Bytes from which one goes to the storage of one machine: below the two million at which Temporal fails. */
export const PAYLOAD_LOCAL_BYTES = 1_500_000;
/** Bytes that sealing adds at most: a line, nonce and tag. */
export const SEALED_OVERHEAD_BYTES = 100;
/** Bytes of one payload that the storage behind Temporal takes. */
export const PAYLOAD_STORED_MAX_BYTES = 20_000_000;
/** Bytes of a request to the codec server, and payloads in it: one page of a history as the Web UI asks for it. */
export const CODEC_REQUEST_MAX_BYTES = 8_000_000;
export const CODEC_PAYLOADS_MAX = 1_000;
/** Requests to the codec server a minute from one address: the Web UI asks once for each event that it shows. */
export const CODEC_REQUESTS_PER_MINUTE = 6_000;
/** Milliseconds of one request to an object store. */
export const BLOB_TIMEOUT_MS = 60_000;
