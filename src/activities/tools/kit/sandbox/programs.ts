/** Where the programs of the sandboxes are. */
export const BWRAP = "/usr/bin/bwrap";
