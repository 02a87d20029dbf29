/** Limits of calls to MCP servers. Loaded by the workflow sandbox: imports nothing. */

/** Servers of config.yaml, and declared tools of one: what a person can still read through. */
export const MCP_SERVERS_MAX = 100;
export const MCP_TOOLS_MAX = 200;
/** Tools that a server may list: beyond it nobody can tell what is in the list. */
export const MCP_LISTED_MAX = 2_000;
/** Bytes of a tool's description with its schemas; longer ones are not read by anybody before they are accepted. */
export const MCP_DESCRIPTOR_MAX_BYTES = 64_000;
/** Bytes of a call's arguments, as JSON. */
export const MCP_ARGUMENTS_MAX_BYTES = 64_000;
/** Parts of one result that are kept in the output; the rest is in the stored result. */
export const MCP_PARTS_MAX = 50;
/** Characters of one part's text, and of all of them, that are kept in the output. */
export const MCP_TEXT_MAX_CHARS = 8_000;
export const MCP_TEXTS_MAX_CHARS = 24_000;
/** Bytes of a structured result that are kept in the output. */
export const MCP_STRUCTURED_MAX_BYTES = 16_000;
/** Milliseconds for a server to start, answer the handshake and list its tools. */
export const MCP_CONNECT_TIMEOUT_MS = 30_000;
/** Bytes of one message on a server's standard output. */
export const MCP_MESSAGE_MAX_BYTES = 10_000_000;
/** Bytes of a pin file. */
export const MCP_PINS_MAX_BYTES = 20_000_000;
