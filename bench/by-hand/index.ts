/** The same graphs as in `shapes.ts`, as one would write them in plain Temporal TypeScript. */
export { chain } from "./chain.js";
export { diamond } from "./diamond.js";
export { gated } from "./gated.js";
export { layered } from "./layered.js";
