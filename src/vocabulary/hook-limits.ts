/**
 * Limits of what comes in by itself, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

export const HOOK_RULES_MAX = 100;
export const HOOK_GROUP_LABELS_MAX = 10;
/** Channels that hear of a rule's runs: each is told twice a run. */
export const HOOK_TELL_MAX = 5;
/** Seconds in which channels are told of an incident, tries included: its alerts wait for it. */
export const TELL_INCIDENT_SECONDS = 120;

/** Of an alert, as it is sent on: names and labels are short, and what it says is for people. */
export const ALERT_NAME_SENT_CHARS = 200;
export const ALERT_SAYS_SENT_CHARS = 300;
export const ALERT_LABEL_SENT_CHARS = 200;
/** Bytes of all its labels together: four hundred alerts with as much fit into a payload of 2 MB. */
export const ALERT_LABELS_SENT_BYTES = 2_000;

/** Alerts in one signal. */
export const ALERTS_PER_SIGNAL = 400;

/** Alerts that an incident keeps one by one; of the rest it keeps whether they fire. */
export const MEMBERS_MAX = 400;
/** Alerts beyond those of which it is kept whether they fire: with some 25 bytes each they fit into a payload of 2 MB twice. */
export const CROWD_MAX = 30_000;
/** Labels of an alert that a list of incidents shows. */
export const LABELS_SHOWN = 8;
/** Alerts that a list of incidents shows by name. */
export const MEMBERS_SHOWN = 10;

/** Changes from firing to resolved and back after which an alert counts as flapping. */
export const FLAPPING_TURNS = 4;

/** Events: in a storm the hand-over is refused and tried again, and each time all of them are replayed within ten seconds. */
export const EVENTS_MAX = 500;
/** Seconds: how often an incident that is told more shows it, and tells its run. */
export const INCIDENT_SHOW_SECONDS = 10;
/** Seconds between looks at a run that outlasted the execution that began it: most end soon, so the first ones are closer. */
export const RUN_FIRST_LOOKS_SECONDS = 5;
export const RUN_LOOK_SECONDS = 60;

export const DEBOUNCE_DEFAULT_SECONDS = 10;
export const DEBOUNCE_MAX_SECONDS = 600;
export const COOLDOWN_DEFAULT_SECONDS = 600;
export const COOLDOWN_MAX_SECONDS = 86_400;

/** Runs an hour that alerts start: by one hook, and by all of them. */
export const HOOK_RUNS_PER_HOUR = 30;
export const ALL_RUNS_PER_HOUR = 60;
export const RUNS_PER_HOUR_MAX = 1_000;

/** Seconds between two looks at workloads, of one look, and looks at which no worker knows their hook until nobody looks any more. */
export const ROLLOUT_LOOK_DEFAULT_SECONDS = 30;
export const ROLLOUT_LOOK_TIMEOUT_SECONDS = 120;
export const ROLLOUT_UNKNOWN_LOOKS_MAX = 20;
