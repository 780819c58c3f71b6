"""Writes coders.json beside this file: encoders whose states at the end are those a decoder begins with, rows of different lengths among them,
with the gradients of the mean squared error of the decoder's steps and of the encoder's states. By PyTorch (nn.RNN, nn.LSTM, nn.GRU, packed
sequences) and by Keras (return_state, initial_state, masking), both in double precision. Written with PyTorch 2.15.0 and Keras 3.15.1.
Run by hand: KERAS_BACKEND=torch python3 test/golden/make_coders.py"""
import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import torch
from make_recurrent import GATES
from make_states import plain, values

keras.config.set_floatx("float64")
ROWS, STEPS, FEATURES, UNITS, SPOKEN = 3, 5, 3, 4, 3
LENGTHS = (5, 2, 4)


def weights(kind, seed, inputs, units, twice):
    columns = GATES[kind] * units
    shapes = {"kernel": (inputs, columns), "recurrentKernel": (units, columns), "bias": (2, columns) if twice else (columns,)}
    return {name: (values(seed + i, *shape) * 0.6).float().double().requires_grad_() for i, (name, shape) in enumerate(shapes.items())}


def given(both, masked, after=True):
    """Everything that both programs are given: x, whose padding is 9, what the decoder is given, targets, weights."""
    x = values(1, ROWS, STEPS, FEATURES)
    if masked:
        for row, n in enumerate(LENGTHS):
            x[row, n:] = 9
    spoken = values(2, ROWS, SPOKEN, FEATURES)
    units = UNITS * 2 if both else UNITS
    return x, spoken, values(11, ROWS, SPOKEN, units), values(12, ROWS, units)


def all_weights(kind, both, after):
    twice = kind == "gru" and after
    units = UNITS * 2 if both else UNITS
    w = {"encoder": weights(kind, 3, FEATURES, UNITS, twice)}
    if both:
        w["backward"] = weights(kind, 17, FEATURES, UNITS, twice)
    w["decoder"] = weights(kind, 6, FEATURES, units, twice)
    return w


def torch_layer(kind, w):
    inputs, columns = w["kernel"].shape
    units = columns // GATES[kind]
    order = torch.arange(columns)
    if kind == "gru":
        z, r, h = order.split(units)
        order = torch.cat((r, z, h))
    bias = w["bias"] if kind == "gru" else torch.stack((w["bias"], torch.zeros_like(w["bias"])))
    names = {
        "weight_ih_l0": w["kernel"][:, order].T,
        "weight_hh_l0": w["recurrentKernel"][:, order].T,
        "bias_ih_l0": bias[0, order],
        "bias_hh_l0": bias[1, order],
    }
    module = {"simpleRnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](inputs, units, batch_first=True).double()

    def run(x, states=None, lengths=None):
        if lengths is not None:
            x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        if states is not None:
            states = [s.unsqueeze(0) for s in states]
        y, ends = torch.func.functional_call(module, names, (x, None if states is None else tuple(states) if kind == "lstm" else states[0]))
        return y, [end[0] for end in (ends if kind == "lstm" else (ends,))]

    return run


def by_torch(kind, both, masked):
    x, spoken, target, wanted = given(both, masked)
    w = all_weights(kind, both, True)
    lengths = torch.tensor(LENGTHS if masked else (STEPS,) * ROWS)
    _, ends = torch_layer(kind, w["encoder"])(x, None, lengths)
    if both:
        # the steps of each row in the other order, its padding behind them
        turned = torch.stack([torch.cat((row[:n].flip(0), row[n:])) for row, n in zip(x, lengths.tolist())])
        _, others = torch_layer(kind, w["backward"])(turned, None, lengths)
        ends = [torch.cat(pair, -1) for pair in zip(ends, others)]
    y, _ = torch_layer(kind, w["decoder"])(spoken, ends)
    return document("torch", kind, True, both, masked, x, spoken, target, wanted, w, y, ends)


def by_keras(kind, after, both, masked):
    x, spoken, target, wanted = given(both, masked)
    w = all_weights(kind, both, after)
    make = {"simpleRnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[kind]
    form = {"reset_after": after} if kind == "gru" else {}
    encoder = make(UNITS, return_state=True, **form)
    if both:
        encoder = keras.layers.Bidirectional(encoder)
    decoder = make(UNITS * 2 if both else UNITS, return_sequences=True, **form)
    inner = keras.layers.Masking(9.0)(x) if masked else x
    _, *ends = encoder(inner)
    if both:
        n = len(ends) // 2
        ends = [torch.cat((ends[i], ends[n + i]), -1) for i in range(n)]
    decoder(spoken, initial_state=ends)
    layers = {"encoder": encoder.forward_layer if both else encoder, "decoder": decoder, **({"backward": encoder.backward_layer} if both else {})}
    for name, layer in layers.items():
        for variable, value in zip(layer.weights, w[name].values()):
            variable._value = torch.nn.Parameter(value.detach().clone())
    mask = torch.tensor([[t < n for t in range(STEPS)] for n in LENGTHS]) if masked else None
    _, *ends = encoder(x, mask=mask)
    if both:
        ends = [torch.cat((ends[i], ends[n + i]), -1) for i in range(n)]
    y = decoder(spoken, initial_state=ends)
    w = {name: dict(zip(w[name], (v._value for v in layer.weights))) for name, layer in layers.items()}
    return document("keras", kind, after, both, masked, x, spoken, target, wanted, w, y, ends)


def document(by, kind, after, both, masked, x, spoken, target, wanted, w, y, ends):
    (((y - target) ** 2).mean() + ((ends[-1] - wanted) ** 2).mean()).backward()
    named = lambda of: {name: {key: of(v) for key, v in each.items()} for name, each in w.items()}
    return {
        "by": by,
        "type": kind,
        **({"resetAfter": after} if kind == "gru" else {}),
        "both": both,
        "masked": masked,
        **{key: plain(v) for key, v in (("x", x), ("spoken", spoken), ("target", target), ("wanted", wanted), ("y", y))},
        "ends": [plain(end) for end in ends],
        "weights": named(plain),
        "gradients": named(lambda v: plain(v.grad)),
    }


if __name__ == "__main__":
    cases = [by_torch(kind, both, masked) for kind in GATES for both in (False, True) for masked in (False, True)]
    forms = [("simpleRnn", True), ("lstm", True), ("gru", True), ("gru", False)]
    cases += [by_keras(*form, both, masked) for form in forms for both, masked in ((False, True), (True, True))]
    with open(os.path.join(os.path.dirname(__file__), "coders.json"), "w") as file:
        json.dump(cases, file)
        file.write("\n")
    print("torch", torch.__version__, "keras", keras.__version__)
