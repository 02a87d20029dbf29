/** What a graph is checked against. Imports no package and reads no clock: the workflow sandbox loads it. */
import type { Problem } from "../../vocabulary/problems.js";
import type { Policy } from "../policy.js";
import type { Catalogue } from "./catalogue.js";

export interface CheckContext {
  policy: Policy;
  /** SHA-256 of the policy's canonical JSON, in hex. */
  policyDigest: string;
  catalogue: Catalogue;
  /** What the network policy says of an entry of `Reach.urls`; undefined where it may be reached. */
  checkUrl(url: string): Problem | undefined;
}
