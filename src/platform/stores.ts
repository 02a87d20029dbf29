/** Where this machine keeps what must outlive a process. */
import { join } from "node:path";
import type { Environment } from "./environment.js";

export interface StorePaths {
  blobs: string;
  reports: string;
  approvalKey: string;
  /** Where `keys payload new` writes; nothing reads it but people, into AUTOOPS_PAYLOAD_KEY. */
  payloadKeys: string;
  audit: string;
  apiKeys: string;
  modelUsage: string;
  modelAnswers: string;
  /** Learned playbooks that a person took in. */
  learned: string;
  /** What was accepted of the tools of MCP servers. */
  mcpPins: string;
  /** A person's own playbooks. */
  playbooks: string;
  /** Which tool packages a person approved. */
  approvedTools: string;
  /** What the stack consists of. */
  map: string;
  /** Copies of them, by digest: the code that is loaded. */
  toolPackages: string;
}

export function storesOf(environment: Environment): StorePaths {
  return {
    blobs: join(environment.home, "blobs"),
    reports: join(environment.home, "reports"),
    approvalKey: environment.approvalKeyFile ?? join(environment.home, "approval-key.json"),
    payloadKeys: join(environment.home, "payload-keys"),
    audit: join(environment.home, "audit"),
    apiKeys: join(environment.home, "api-keys.json"),
    modelUsage: join(environment.home, "model", "usage"),
    modelAnswers: join(environment.home, "model", "answers"),
    learned: join(environment.home, "learned"),
    mcpPins: join(environment.home, "mcp"),
    playbooks: join(environment.home, "playbooks"),
    approvedTools: join(environment.home, "approved-tools.json"),
    map: join(environment.home, "map.yaml"),
    toolPackages: join(environment.home, "tool-packages"),
  };
}
