/** Customers of the lab: a steady rate of requests at the front door. */

import { readFileSync } from "node:fs";
import { request } from "node:http";

const { URL_BASE, FAULTS_FILE } = process.env;
let at = 0;
const read = () => {
  try {
    return JSON.parse(readFileSync(FAULTS_FILE, "utf8"));
  } catch {
    return {};
  }
};
const call = (path, method) => {
  const one = request(`${URL_BASE}${path}`, { method, timeout: 5_000 }, (answer) => answer.resume());
  one.on("error", () => undefined);
  one.on("timeout", () => one.destroy());
  one.end();
};
setInterval(() => {
  const rate = read().load === "surge" ? 12 : 1;
  for (let i = 0; i < rate; i++) {
    at++;
    call(`/items/${Math.floor(Math.random() * 400)}`, "GET");
    if (at % 3 === 0) call("/orders", "POST");
  }
}, 60);
