/** All families of recorded incidents. */
import { APP_FAMILIES } from "./apps.js";
import { MAKER_FAMILIES } from "./makers.js";
import { NODE_FAMILIES } from "./nodes.js";
import { STORE_FAMILIES } from "./stores.js";

export const RECORDED = { nodes: NODE_FAMILIES, makers: MAKER_FAMILIES, stores: STORE_FAMILIES, apps: APP_FAMILIES };
