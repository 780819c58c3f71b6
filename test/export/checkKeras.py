"""Opens .keras files that Nabla wrote with real Keras, and compares what they predict.

    NABLA_KERAS_OUT=/tmp/out npx vitest run --project unit test/export/keras.node.test.ts
    python test/export/checkKeras.py /tmp/out [--write]

--write keeps what was seen, if all of it is right: test/golden/keras.gz has the files one after the other, keras.json their lengths and what
Keras predicts of the test's rows. keras.node.test.ts compares each file that the exporter writes with these, byte for byte.

Run with Keras 3.15.1 and TensorFlow 2.21.0: 107 files, the largest difference 3.0e-07. With JAX 0.10.2 as Keras' backend
(KERAS_BACKEND=jax) 106 are right; MultiHeadAttention with a value_dim that is not its key_dim is beyond that backend.
"""
import glob
import gzip
import importlib.metadata
import json
import os
import pathlib
import platform
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
worst, failed, seen, parts = 0.0, [], {}, []
files = sorted(glob.glob(os.path.join(sys.argv[1], "*.keras")))
for file in files:
    told = json.load(open(file[: -len("keras")] + "json"))
    x = [np.array(i["data"], "float32").reshape(i["shape"]) for i in told["inputs"]]
    try:
        y = np.asarray(keras.saving.load_model(file).predict_on_batch(x[0] if len(x) == 1 else x)).ravel()
        own = np.array(told["output"])
        far = float(np.max(np.abs(y - own)) / max(1.0, float(np.max(np.abs(own)))))
        worst = max(worst, far)
        if not far <= 1e-5:
            failed.append((file, far))
        parts.append(pathlib.Path(file).read_bytes())
        name = os.path.basename(file)[: -len(".keras")]
        seen[name] = {"length": len(parts[-1]), "output": [float(f"{value:.9g}") for value in y]}
    except Exception as error:  # noqa: BLE001
        failed.append((file, str(error)[:600]))
print(f"{len(files)} files, the largest difference {worst:.1e}")
for file, why in failed:
    print(os.path.basename(file), why)
if "--write" in sys.argv and not failed:
    backend = keras.backend.backend()
    by = {name: importlib.metadata.version(name) for name in ("keras", backend, "numpy", "h5py")}
    by["python"] = platform.python_version()
    lines = ",\n".join(f'    {json.dumps(name)}: {json.dumps(one, separators=(",", ":"))}' for name, one in seen.items())
    (GOLDEN / "keras.json").write_text(f'{{\n  "by": {json.dumps(by)},\n  "files": {{\n{lines}\n  }}\n}}\n')
    (GOLDEN / "keras.gz").write_bytes(gzip.compress(b"".join(parts), 9, mtime=0))
sys.exit(len(failed) > 0)
