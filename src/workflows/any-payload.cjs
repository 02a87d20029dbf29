/**
 * What cannot be read (an encoding that nobody knows, JSON that ends early) is nothing, and is refused as such by whoever wanted
 * it: the library would fail the task of a run over it, again and again. The SDK loads it by its path, into the workflow
 * sandbox and beside it.
 */
const { defaultPayloadConverter } = require("@temporalio/common");

exports.payloadConverter = {
  toPayload: (value, context) => defaultPayloadConverter.toPayload(value, context),
  fromPayload(payload, context) {
    try {
      return defaultPayloadConverter.fromPayload(payload, context);
    } catch {
      return undefined;
    }
  },
};
