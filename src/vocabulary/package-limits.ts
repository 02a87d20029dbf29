/** Limits of tool packages. Imports nothing. */

/** Files of one package, and their bytes together: enough for a bundled tool with what it needs. */
export const PACKAGE_MAX_FILES = 2_000;
export const PACKAGE_MAX_BYTES = 20_000_000;
/** Packages that config.yaml may list, tools of one, and packages that were ever approved on one machine. */
export const PACKAGES_MAX = 50;
export const PACKAGE_TOOLS_MAX = 50;
export const APPROVED_PACKAGES_MAX = 1_000;
