/** Sources of kind `git`: the commits of a repository on this machine. */
import type { SourceConnector } from "../contract.js";
import { gitChanges, newestCommit } from "./changes.js";

export const git: SourceConnector<"git"> = {
  kind: "git",
  urls: () => [],
  check: newestCommit,
  readChanges: gitChanges,
  sample: { kind: "git", path: "/sample", ref: "HEAD" },
};
