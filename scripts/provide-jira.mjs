// Installs jira820, a stateful double of Jira Data Center that the ticket tools are tested with, into the cache.
import { providePython } from "./services/python.mjs";

providePython("jira820", "0.12.0");
