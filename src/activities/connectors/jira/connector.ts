/** Jira, Cloud and Data Center: issues of a project as a tracker. */
import type { TrackerConnector } from "../contract.js";
import { jiraTracker as client } from "./tracker.js";

export const jiraTracker: TrackerConnector<"jira"> = { kind: "jira", client };
