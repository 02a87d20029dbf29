/** What this machine says: see `src/local.ts`. */
export { type Local, loadLocal } from "../local.js";
