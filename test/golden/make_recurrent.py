"""Writes recurrent.json beside this file: recurrent layers as PyTorch (nn.RNN, nn.LSTM, nn.GRU) and Keras compute them in double precision,
as make_layers.py does it. Written with
PyTorch 2.15.0 and Keras 3.15.1. Run by hand: KERAS_BACKEND=torch python3 test/golden/make_recurrent.py

Kernels' columns are in Keras' order of gates: LSTM i, f, g, o, which is PyTorch's; GRU z, r, h, where PyTorch has r, z, n."""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import torch
import make_layers
from make_layers import write

keras.config.set_floatx("float64")
GATES = {"simpleRnn": 1, "lstm": 4, "gru": 3}


def parameters(x, c, t):
    units = c["units"]
    columns = GATES[c["type"]] * units
    twice = c["type"] == "gru" and c.get("resetAfter", True)
    kernel = t.parameter("kernel", x.shape[-1], columns)
    recurrent = t.parameter("recurrentKernel", units, columns)
    bias = t.parameter("bias", *((2, columns) if twice else (columns,))) if c.get("useBias", True) else None
    return kernel, recurrent, bias


def by_torch(x, c, t, at, training):
    kernel, recurrent, bias = parameters(x, c, t)
    units, kind = c["units"], c["type"]
    order = torch.arange(kernel.shape[1])
    if kind == "gru":
        z, r, h = order.split(units)
        order = torch.cat((r, z, h))
    module = {"simpleRnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
    options = {"nonlinearity": c.get("activation", "tanh")} if kind == "simpleRnn" else {}
    layer = module(x.shape[-1], units, batch_first=True, bias=bias is not None, **options)
    given = {"weight_ih_l0": kernel[:, order].T, "weight_hh_l0": recurrent[:, order].T}
    if bias is not None:
        both = bias if bias.dim() == 2 else torch.stack((bias, torch.zeros_like(bias)))
        given |= {"bias_ih_l0": both[0, order], "bias_hh_l0": both[1, order]}
    y, _ = torch.func.functional_call(layer, given, (x.flip(1) if c.get("goBackwards") else x,))
    return y if c.get("returnSequences") else y[:, -1]


def by_keras(x, c, t, at, training):
    kernel, recurrent, bias = parameters(x, c, t)
    kind = {"simpleRnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[c["type"]]
    names = {
        "useBias": "use_bias",
        "returnSequences": "return_sequences",
        "goBackwards": "go_backwards",
        "resetAfter": "reset_after",
        "recurrentActivation": "recurrent_activation",
    }
    words = {"hardSigmoid": "hard_sigmoid"}
    options = {names.get(k, k): words.get(v, v) if isinstance(v, str) else v for k, v in c.items() if k not in ("type", "units")}
    layer = kind(c["units"], **options)
    layer.build(tuple(x.shape))
    given = [kernel, recurrent] + ([bias] if bias is not None else [])
    y, _ = layer.stateless_call(given, [v.value for v in layer.non_trainable_variables], x)
    return y


def case(by, shape, rows, kind, units, **config):
    return make_layers.case(shape, rows, {"type": kind, "units": units, **config}, layer=by) | {"from": by.__name__[3:]}


cases = [
    *[
        case(by_torch, shape, rows, kind, units, **rest)
        for kind in ("simpleRnn", "lstm", "gru")
        for shape, rows, units, rest in (
            ([5, 3], 3, 4, {"returnSequences": True}),
            ([1, 4], 1, 5, {}),
            ([7, 2], 2, 9, {"returnSequences": True, "goBackwards": True}),
            ([3, 6], 4, 3, {"useBias": False}),
        )
    ],
    case(by_torch, [4, 3], 2, "simpleRnn", 6, activation="relu"),
    *[
        case(by_keras, shape, rows, kind, units, **rest, **form)
        for kind, form in (("simpleRnn", {}), ("lstm", {}), ("gru", {"resetAfter": True}), ("gru", {"resetAfter": False}))
        for shape, rows, units, rest in (
            ([5, 3], 3, 4, {"returnSequences": True}),
            ([4, 2], 2, 5, {"goBackwards": True}),
            ([3, 3], 2, 3, {"activation": "relu", "useBias": False}),
        )
    ],
    *[
        case(by_keras, [4, 3], 2, kind, 3, recurrentActivation="hardSigmoid", activation="linear", returnSequences=True)
        for kind in ("lstm", "gru")
    ],
]

if __name__ == "__main__":
    write("recurrent.json", cases)
    print("torch", torch.__version__, "keras", keras.__version__)
