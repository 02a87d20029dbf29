/** `/openapi.json`: made on first use from the list of operations. */
import type { RequestHandler } from "express";

let text: string | undefined;

export const describe: RequestHandler = async (_request, response) => {
  text ??= JSON.stringify((await import("../openapi.js")).openApi());
  response.type("application/json").send(text);
};
