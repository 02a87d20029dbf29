// Installs Schemathesis, which the façade is tested with, into the cache.
import { providePython } from "./services/python.mjs";

providePython("schemathesis", "4.32.5");
