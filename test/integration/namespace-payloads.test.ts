/**
 * Payloads that no SDK makes, sent by whoever writes to the namespace: what carries them is refused or passed over, and the
 * run goes on; what waits for honest votes takes them.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bank, createBank } from "../support/attacker/bank.js";
import { viewWhen } from "../support/machine.js";

interface Odd {
  metadata?: Record<string, Uint8Array>;
  data?: Uint8Array;
}
const bytes = (text: string) => Buffer.from(text);
const of = (encoding: string, data: string | Uint8Array, more: Record<string, string> = {}): Odd => ({
  metadata: Object.fromEntries(Object.entries({ encoding, ...more }).map(([key, value]) => [key, bytes(value)])),
  data: typeof data === "string" ? bytes(data) : data,
});
const PAYLOADS: Array<[string, Odd[]]> = [
  ["none", []],
  ["an empty one", [{}]],
  ["one without an encoding", [{ data: bytes("{}") }]],
  ["JSON that ends early", [of("json/plain", '{"node_id":"mend"')]],
  ["JSON that is no UTF-8", [of("json/plain", Buffer.from([0x22, 0xff, 0xfe, 0x22]))]],
  ["an encoding that nobody knows", [of("binary/zlib", "x")]],
  ["an encoding that is no text", [{ metadata: { encoding: Buffer.from([0xff, 0x00]) }, data: bytes("x") }]],
  ["a message of Protobuf", [of("binary/protobuf", "\u0001", { messageType: "autoops.Nothing" })]],
  ["a message of Protobuf in JSON", [of("json/protobuf", "{}", { messageType: "" })]],
  ["nothing with content", [of("binary/null", "x")]],
  ["raw bytes", [of("binary/plain", Buffer.alloc(1_000_000, 0x61))]],
  ["JSON twenty thousand levels deep", [of("json/plain", `${"[".repeat(20_000)}${"]".repeat(20_000)}`)]],
  ["five hundred of them", Array.from({ length: 500 }, () => of("json/plain", "null"))],
  ["a prototype", [of("json/plain", '{"__proto__":{"node_id":"mend"},"node_id":{"toString":1}}')]],
];

let bank: Bank;
beforeAll(async () => {
  bank = await createBank();
}, 300_000);
afterAll(() => bank?.stop());

const send = (workflowId: string, signalName: string, payloads: Odd[]) =>
  bank.server.connection.workflowService.signalWorkflowExecution({
    namespace: bank.server.namespace,
    workflowExecution: { workflowId },
    signalName,
    input: { payloads },
    requestId: `${workflowId}-${signalName}-${Math.random()}`,
  });

test.each(PAYLOADS)(
  "a vote, an event or what nobody waits for with %s: the run still takes its votes",
  async (_, odd) => {
    const handle = await bank.start();
    const before = bank.acted();
    for (const name of ["approve", "reject", "skip", "event", "no-such-signal", "__temporal_odd"]) {
      await send(handle.workflowId, name, odd);
    }
    const { tokens } = await bank.approvals(handle, ["ann", "bob"]);
    for (const token of tokens) await handle.signal("approve", { node_id: "mend", approver: "x", token });
    await viewWhen(handle, ({ nodes }) => nodes[0]?.status === "succeeded");
    expect(bank.acted() - before).toBe(1);
  },
  60_000,
);
