/** GitHub: issues of a repository as a tracker. */
import type { TrackerConnector } from "../contract.js";
import { githubTracker as client } from "./tracker.js";

export const githubTracker: TrackerConnector<"github"> = { kind: "github", client };
