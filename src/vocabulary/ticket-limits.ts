/**
 * The limits of tickets and messages, each with its unit and its reason: what the vendors take, and what people read.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Characters of a title as a graph gives it; each vendor's own bound cuts it further, visibly. */
export const TITLE_MAX_CHARS = 1_000;
/** Characters of a text as a graph gives it: what a rendered template may have. */
export const TEXT_MAX_CHARS = 32_000;
/** Labels of one ticket, and characters of each: Jira takes 255, GitHub 50. */
export const LABELS_MAX = 10;
export const LABEL_MAX_CHARS = 50;

/** Characters that Jira takes as a summary, and as a description or comment. */
export const JIRA_TITLE_MAX_CHARS = 255;
export const JIRA_TEXT_MAX_CHARS = 32_767;
/** Characters that GitHub takes as a title, and as a body. */
export const GITHUB_TITLE_MAX_CHARS = 256;
export const GITHUB_TEXT_MAX_CHARS = 65_536;
/** Characters that PagerDuty takes as a title or summary, as the details of an incident, and as a note. */
export const PAGERDUTY_TITLE_MAX_CHARS = 1_024;
export const PAGERDUTY_TEXT_MAX_CHARS = 20_000;
export const PAGERDUTY_NOTE_MAX_CHARS = 20_000;
/** Characters of one section of a message in Slack (Block Kit takes 3,000), sections of one message, and of its header. */
export const SLACK_SECTION_MAX_CHARS = 2_900;
export const SLACK_SECTIONS_MAX = 8;
export const SLACK_HEADER_MAX_CHARS = 150;
/** Characters of an e-mail's subject: one header line with room to spare, encoded. */
export const EMAIL_SUBJECT_MAX_CHARS = 200;
/** Addresses of one e-mail: a message for people on call, no mailing. */
export const EMAIL_RECIPIENTS_MAX = 20;

/** Pages of a hundred that are looked through for a ticket or comment of an earlier attempt. */
export const LOOK_BACK_PAGES = 5;
/** Messages of a channel in Slack that are looked through for the same. */
export const SLACK_LOOK_BACK_MESSAGES = 200;
/** Looks for a ticket whose answer was lost, and milliseconds between them: an index may lag behind. */
export const DUPLICATE_CHECKS = 4;
export const DUPLICATE_WAIT_MS = 1_500;
/** Tickets beside ours that an output names. */
export const DUPLICATES_SHOWN = 10;
/** Seconds that a vendor's Retry-After is heeded for at most; one that says more is asked again then. */
export const VENDOR_WAIT_MAX_SECONDS = 300;
/** Milliseconds that one conversation with a mail server may take. */
export const SMTP_TIMEOUT_MS = 30_000;
