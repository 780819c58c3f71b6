"""Opens .keras files that Nabla wrote with real Keras, and compares what they predict.

    NABLA_KERAS_OUT=/tmp/out npx vitest run --project unit test/export/keras.node.test.ts
    python test/export/checkKeras.py /tmp/out

Run with Keras 3.15.1 and TensorFlow 2.21.0: 95 files, the largest difference 3.0e-07.
"""
import glob
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

worst, failed = 0.0, []
files = sorted(glob.glob(os.path.join(sys.argv[1], "*.keras")))
for file in files:
    told = json.load(open(file[: -len("keras")] + "json"))
    x = [np.array(i["data"], "float32").reshape(i["shape"]) for i in told["inputs"]]
    try:
        y = keras.saving.load_model(file).predict_on_batch(x[0] if len(x) == 1 else x)
        own = np.array(told["output"])
        far = float(np.max(np.abs(np.asarray(y).ravel() - own)) / max(1.0, float(np.max(np.abs(own)))))
        worst = max(worst, far)
        if far > 1e-5:
            failed.append((file, far))
    except Exception as error:  # noqa: BLE001
        failed.append((file, str(error)[:600]))
print(f"{len(files)} files, the largest difference {worst:.1e}")
for file, why in failed:
    print(os.path.basename(file), why)
sys.exit(len(failed) > 0)
