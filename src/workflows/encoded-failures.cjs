/**
 * Failures whose message and stack stand in a payload, which the codec encrypts. The SDK loads it by its path, into the
 * workflow sandbox and beside it; used only where payloads are encrypted.
 */
const { DefaultFailureConverter } = require("@temporalio/common");

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
