"""Writes wrappers.json beside this file: recurrent layers in both directions and layers for each step, as Keras computes them in double
precision, as make_layers.py does it. Written with PyTorch 2.15.0 and Keras 3.15.1.
Run by hand: KERAS_BACKEND=torch python3 test/golden/make_wrappers.py"""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import make_layers
import make_recurrent
from make_layers import write

MODES = {"concat": "concat", "sum": "sum", "average": "ave", "multiply": "mul"}
KINDS = {"simpleRnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
NAMES = {"returnSequences": "return_sequences", "resetAfter": "reset_after"}


class Within:
    """Parameters of a layer that is held: their names begin with its place."""

    def __init__(self, t, at):
        self.t, self.at = t, at

    def parameter(self, name, *shape):
        return self.t.parameter(f"{self.at}.{name}", *shape)


def options(c):
    return {NAMES.get(k, k): v for k, v in c.items() if k not in ("type", "units")}


def both(x, c, t, at, training):
    inner = c["layer"]
    layer = keras.layers.Bidirectional(KINDS[inner["type"]](inner["units"], **options(inner)), merge_mode=MODES[c.get("mergeMode", "concat")])
    layer.build(tuple(x.shape))
    given = [p for i in (0, 1) for p in make_recurrent.parameters(x, inner, Within(t, i))]
    y, _ = layer.stateless_call(given, [v.value for v in layer.non_trainable_variables], x)
    return y


def steps(x, c, t, at, training):
    inner = c["layer"]
    w = Within(t, 0)
    if inner["type"] == "dense":
        layer = keras.layers.Dense(inner["units"], activation=inner.get("activation"))
        given = [w.parameter("kernel", x.shape[-1], inner["units"]), w.parameter("bias", inner["units"])]
    elif inner["type"] == "conv2d":
        n = inner["kernelSize"]
        layer = keras.layers.Conv2D(inner["filters"], n)
        given = [w.parameter("kernel", n, n, x.shape[-1], inner["filters"]), w.parameter("bias", inner["filters"])]
    else:
        layer = KINDS[inner["type"]](inner["units"], **options(inner))
        given = list(make_recurrent.parameters(x, inner, w))
    layer = keras.layers.TimeDistributed(layer)
    layer.build(tuple(x.shape))
    y, _ = layer.stateless_call(given, [v.value for v in layer.non_trainable_variables], x)
    return y


def repeated(x, c, t, at, training):
    return keras.layers.RepeatVector(c["n"])(x)


def case(by, shape, rows, kind, **config):
    return make_layers.case(shape, rows, {"type": kind, **config}, layer=by)


def walk(kind, units, **rest):
    return {"type": kind, "units": units, **rest}


ALL = {"returnSequences": True}
cases = [
    case(both, [4, 3], 2, "bidirectional", layer=walk("lstm", 3)),
    case(both, [4, 3], 2, "bidirectional", layer=walk("lstm", 3, **ALL)),
    case(both, [3, 2], 3, "bidirectional", layer=walk("gru", 4, **ALL), mergeMode="sum"),
    case(both, [3, 2], 3, "bidirectional", layer=walk("gru", 4, resetAfter=False), mergeMode="average"),
    case(both, [5, 2], 2, "bidirectional", layer=walk("simpleRnn", 5, **ALL), mergeMode="multiply"),
    case(both, [1, 2], 1, "bidirectional", layer=walk("gru", 2, **ALL)),
    case(steps, [3, 4], 2, "timeDistributed", layer={"type": "dense", "units": 3, "activation": "softmax"}),
    case(steps, [3, 4, 5, 2], 2, "timeDistributed", layer={"type": "conv2d", "filters": 3, "kernelSize": 2}),
    case(steps, [2, 3, 2], 3, "timeDistributed", layer=walk("lstm", 3)),
    case(repeated, [5], 2, "repeatVector", n=3),
]

if __name__ == "__main__":
    write("wrappers.json", cases)
