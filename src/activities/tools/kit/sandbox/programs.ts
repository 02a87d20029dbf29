/** Where the programs of the sandboxes are. */
export const BWRAP = "/usr/bin/bwrap";

/** For bubblewrap: what programs of the system need of its files, to read. */
export const SYSTEM_TO_READ: readonly string[] = [
  ...["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin"],
  ...["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"],
  ...[
    "--ro-bind-try",
    "/etc/alternatives",
    "/etc/alternatives",
    "--ro-bind-try",
    "/etc/ld.so.cache",
    "/etc/ld.so.cache",
  ],
];
