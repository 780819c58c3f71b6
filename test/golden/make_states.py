"""Writes states.json beside this file: what PyTorch (nn.RNN, nn.LSTM, nn.GRU) makes of sequences that begin with given states, with the gradients
of the mean squared error; and what stateful layers of Keras make of one batch after the other. Both in double precision. Written with
PyTorch 2.15.0 and Keras 3.15.1. Run by hand: KERAS_BACKEND=torch python3 test/golden/make_states.py"""
import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import torch
from make_recurrent import GATES

keras.config.set_floatx("float64")
ROWS, STEPS, FEATURES, UNITS, BATCHES = 2, 4, 3, 5, 3


def values(seed, *shape):
    n = torch.Size(shape).numel()
    return (torch.sin(torch.arange(n, dtype=torch.float64) * 1.3 + seed)).float().double().reshape(shape)


def weights(kind, twice):
    columns = GATES[kind] * UNITS
    shapes = {"kernel": (FEATURES, columns), "recurrentKernel": (UNITS, columns), "bias": (2, columns) if twice else (columns,)}
    return {name: (values(3 + i, *shape) * 0.6).float().double() for i, (name, shape) in enumerate(shapes.items())}


def plain(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def by_torch(kind):
    w = {name: v.requires_grad_() for name, v in weights(kind, kind == "gru").items()}
    order = torch.arange(GATES[kind] * UNITS)
    if kind == "gru":
        z, r, h = order.split(UNITS)
        order = torch.cat((r, z, h))
    module = {"simpleRnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
    layer = module(FEATURES, UNITS, batch_first=True).double()
    both = w["bias"] if kind == "gru" else torch.stack((w["bias"], torch.zeros_like(w["bias"])))
    given = {
        "weight_ih_l0": w["kernel"][:, order].T,
        "weight_hh_l0": w["recurrentKernel"][:, order].T,
        "bias_ih_l0": both[0, order],
        "bias_hh_l0": both[1, order],
    }
    x = values(1, ROWS, STEPS, FEATURES).requires_grad_()
    states = [values(7 + i, 1, ROWS, UNITS).requires_grad_() for i in range(2 if kind == "lstm" else 1)]
    y, ends = torch.func.functional_call(layer, given, (x, tuple(states) if kind == "lstm" else states[0]))
    ends = ends if kind == "lstm" else (ends,)
    target = values(11, ROWS, STEPS, UNITS)
    last = [values(13 + i, *end.shape) for i, end in enumerate(ends)]
    (((y - target) ** 2).mean()).backward(retain_graph=True)
    gradients = {name: plain(v.grad) for name, v in w.items()}
    for v in [*w.values(), x, *states]:
        v.grad = None
    # of a loss that looks at the states at the end alone
    sum(((end - want) ** 2).mean() for end, want in zip(ends, last)).backward()
    return {
        "type": kind,
        "x": plain(x),
        "states": [plain(s) for s in states],
        "weights": {name: plain(v) for name, v in w.items()},
        "y": plain(y),
        "ends": [plain(end) for end in ends],
        "target": plain(target),
        "gradients": gradients,
        "last": [plain(v) for v in last],
        "ofEnds": {name: plain(v.grad) for name, v in w.items()} | {"x": plain(x.grad), "states": [plain(s.grad) for s in states]},
    }


def by_keras(kind, form):
    w = weights(kind, form.get("resetAfter", False))
    made = {"simpleRnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[kind]
    options = {"reset_after": form["resetAfter"]} if form else {}
    layer = made(UNITS, stateful=True, return_sequences=True, **options)
    model = keras.Sequential([keras.Input(batch_shape=(ROWS, STEPS, FEATURES)), layer])
    layer.set_weights([v.numpy() for v in w.values()])
    x = values(1, BATCHES * ROWS, STEPS, FEATURES)
    y = model.predict(x.numpy(), batch_size=ROWS, verbose=0)
    again = model.predict(x[:ROWS].numpy(), batch_size=ROWS, verbose=0)
    layer.reset_state()
    anew = model.predict(x[:ROWS].numpy(), batch_size=ROWS, verbose=0)
    return {
        "type": kind,
        **form,
        "x": plain(x),
        "weights": {name: plain(v) for name, v in w.items()},
        **{name: plain(torch.tensor(v)) for name, v in (("y", y), ("again", again), ("anew", anew))},
    }


if __name__ == "__main__":
    kinds = ("simpleRnn", "lstm", "gru")
    forms = [("simpleRnn", {}), ("lstm", {}), ("gru", {"resetAfter": True}), ("gru", {"resetAfter": False})]
    document = {"torch": [by_torch(kind) for kind in kinds], "keras": [by_keras(*form) for form in forms]}
    with open(os.path.join(os.path.dirname(__file__), "states.json"), "w") as file:
        json.dump(document, file)
        file.write("\n")
    print("torch", torch.__version__, "keras", keras.__version__)
