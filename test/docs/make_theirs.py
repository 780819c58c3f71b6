"""Makes theirs.json: the names of all layers of Keras and of all operators of ONNX, for the tables of docs/interop.md.

    python test/docs/make_theirs.py

Run with Keras 3.15.1 and onnx 1.23.2.
"""
import inspect
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import onnx

layers = sorted(
    name
    for name, made in vars(keras.layers).items()
    if inspect.isclass(made) and issubclass(made, keras.layers.Layer) and name == made.__name__ and name != "Layer"
)
operators = sorted({schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == "" and not schema.deprecated})
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "theirs.json"), "w") as f:
    json.dump({"keras": {"version": keras.__version__, "names": layers}, "onnx": {"version": onnx.__version__, "names": operators}}, f, indent=2)
    f.write("\n")
