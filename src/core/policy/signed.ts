/** When an approval must be signed. Imports no package and reads no clock: the workflow sandbox loads it. */

/** Which votes need a verified signature. */
export type Signed = "always" | "production" | "never";
