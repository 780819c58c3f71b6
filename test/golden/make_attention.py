"""Writes attention.json beside this file: attention as PyTorch (nn.MultiheadAttention) and Keras (Attention, MultiHeadAttention) compute it
in double precision, with padded steps, as make_layers.py does it. Written with
PyTorch 2.15.0 and Keras 3.15.1. Run by hand: KERAS_BACKEND=torch python3 test/golden/make_attention.py

Inputs are query, value and key, as many as there are shapes; `lengths` has for each of them how many steps of each row there are: the
others are zeros, and masked. Seeds: 1, 2, 3 are the inputs, 11 is dy, 21, 22, … are the parameters in order. `mean`: what comes out is the
mean over the steps that are there."""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import torch
from make_layers import float32, stored, values, write

keras.config.set_floatx("float64")


def masks(lengths, shapes, rows):
    """[rows, steps] for each input, True where there is a step; None: all are there."""
    given = lengths or [None] * len(shapes)
    return [None if n is None else torch.arange(shape[0])[None] < torch.tensor(n)[:, None] for n, shape in zip(given, shapes)]


def by_torch(xs, p, c, keep):
    heads, d = c["numHeads"], c["keyDim"]
    q, v, k = xs[0], xs[min(1, len(xs) - 1)], xs[min(2, len(xs) - 1)]
    mask = keep[min(1, len(xs) - 1)]
    width, bias = heads * d, c.get("useBias", True)
    assert q.shape[-1] == width == c.get("outputShape", width) and c.get("valueDim", d) == d
    layer = torch.nn.MultiheadAttention(width, heads, bias=bias, batch_first=True, kdim=k.shape[-1], vdim=v.shape[-1])
    flat = {name: p[f"{name}Kernel"].reshape(-1, width).T for name in ("query", "key", "value")}
    together = "in_proj_weight" in dict(layer.named_parameters())
    names = {"query": "q_proj_weight", "key": "k_proj_weight", "value": "v_proj_weight"}
    given = {"in_proj_weight": torch.cat(list(flat.values()))} if together else {names[n]: w for n, w in flat.items()}
    given["out_proj.weight"] = p["outputKernel"].reshape(width, width).T
    if bias:
        given["in_proj_bias"] = torch.cat([p[f"{name}Bias"].reshape(-1) for name in ("query", "key", "value")])
        given["out_proj.bias"] = p["outputBias"]
    causal = torch.ones(q.shape[1], v.shape[1]).triu(1).bool() if c.get("causal") else None
    options = {"key_padding_mask": None if mask is None else ~mask, "attn_mask": causal, "need_weights": False}
    y, _ = torch.func.functional_call(layer, given, (q, k, v), options)
    return y


def by_keras(xs, p, c, keep):
    q, v = xs[0], xs[min(1, len(xs) - 1)]
    k = xs[2] if len(xs) > 2 else None
    own = [keep[0], keep[min(1, len(xs) - 1)], keep[2] if len(xs) > 2 else None]
    causal = {"use_causal_mask": c.get("causal", False)}
    if c["type"] == "attention":
        layer = keras.layers.Attention(use_scale=c.get("useScale", False))
        together = [q, v] if k is None else [q, v, k]
        layer.build([tuple(x.shape) for x in together])
        mask = own[: len(together)] if any(m is not None for m in own) else None
        given = [w.reshape(()) for w in p.values()]
        y, _ = layer.stateless_call(given, [s.value for s in layer.non_trainable_variables], together, mask=mask, **causal)
        return y
    layer = keras.layers.MultiHeadAttention(
        c["numHeads"], c["keyDim"], c.get("valueDim"), use_bias=c.get("useBias", True),
        output_shape=c.get("outputShape"), flash_attention=False,
    )
    layer.build(tuple(q.shape), tuple(v.shape), None if k is None else tuple(k.shape))
    assert [tuple(w.shape) for w in p.values()] == [tuple(w.shape) for w in layer.trainable_variables], "Keras' layouts"
    whole = {"query_mask": own[0], "value_mask": own[1], "key_mask": own[2]}
    y, _ = layer.stateless_call(
        list(p.values()), [s.value for s in layer.non_trainable_variables], q, v, k,
        **{name: m for name, m in whole.items() if m is not None}, **causal,
    )
    return y


def shapes_of(shapes, c):
    q, v, k = shapes[0], shapes[min(1, len(shapes) - 1)], shapes[min(2, len(shapes) - 1)]
    if c["type"] == "attention":
        return {"scale": [1]} if c.get("useScale") else {}
    heads, d = c["numHeads"], c["keyDim"]
    n, out = c.get("valueDim", d), c.get("outputShape", q[1])
    every = {
        "queryKernel": [q[1], heads, d], "queryBias": [heads, d], "keyKernel": [k[1], heads, d], "keyBias": [heads, d],
        "valueKernel": [v[1], heads, n], "valueBias": [heads, n], "outputKernel": [heads, n, out], "outputBias": [out],
    }
    return {name: shape for name, shape in every.items() if c.get("useBias", True) or name.endswith("Kernel")}


def case(by, shapes, rows, config, lengths=None, mean=False):
    keep = masks(lengths, shapes, rows)
    xs = []
    for i, (shape, mask) in enumerate(zip(shapes, keep)):
        x = float32(values(rows * shape[0] * shape[1], i + 1).reshape(rows, *shape))
        # the same steps as where masking() finds zeros
        xs.append((x if mask is None else x * mask[:, :, None]).requires_grad_())
    p = {}
    for name, shape in shapes_of(shapes, config).items():
        p[name] = float32(values(torch.Size(shape).numel(), 21 + len(p)).reshape(shape)).requires_grad_()
    y = by(xs, p, config, keep)
    if mean:
        there = torch.ones(y.shape[:2]) if keep[0] is None else keep[0].double()
        y = (y * there[:, :, None]).sum(1) / there.sum(1)[:, None]
    y.backward(float32(values(y.numel(), 11).reshape(y.shape)))
    result = {"from": by.__name__[3:], "config": config, "shapes": shapes, "rows": rows}
    result |= {"lengths": lengths} if lengths else {}
    result |= {"mean": True} if mean else {}
    return result | {
        "y": stored(y),
        "dxs": [stored(x.grad) for x in xs],
        "gradients": {name: stored(w.grad) for name, w in p.items()},
    }


def heads(n, d, **rest):
    return {"type": "multiHeadAttention", "numHeads": n, "keyDim": d, **rest}


cases = [
    case(by_torch, [[5, 6]], 3, heads(2, 3)),
    case(by_torch, [[7, 8]], 2, heads(4, 2, causal=True)),
    case(by_torch, [[1, 4]], 1, heads(1, 4)),
    case(by_torch, [[70, 4]], 1, heads(1, 4, causal=True)),
    case(by_torch, [[67, 6]], 2, heads(2, 3), [[67, 30]], mean=True),
    case(by_torch, [[5, 6]], 5, heads(3, 2), [[5, 4, 3, 2, 1]], mean=True),
    case(by_torch, [[6, 5]], 3, heads(1, 5, causal=True, useBias=False), [[6, 1, 4]], mean=True),
    case(by_torch, [[3, 6], [5, 4], [5, 2]], 3, heads(2, 3), [None, [5, 2, 4], None]),
    case(by_keras, [[4, 3], [6, 2]], 2, heads(3, 2, valueDim=5, outputShape=7), [None, [6, 3]]),
    case(by_keras, [[4, 3], [6, 2]], 2, heads(2, 4, valueDim=1), [[4, 2], [6, 5]], mean=True),
    case(by_keras, [[5, 2]], 2, heads(2, 3, causal=True), [[3, 5]], mean=True),
    case(by_keras, [[4, 3], [6, 5], [6, 4]], 2, heads(2, 3), [None, [5, 6], [6, 4]]),
    case(by_keras, [[4, 3], [6, 3]], 2, {"type": "attention"}),
    case(by_keras, [[4, 3], [6, 3]], 3, {"type": "attention", "useScale": True}, [None, [6, 1, 4]]),
    case(by_keras, [[5, 3], [5, 4], [5, 3]], 2, {"type": "attention", "causal": True}),
    case(by_keras, [[6, 5], [6, 5]], 3, {"type": "attention", "useScale": True, "causal": True}, [[6, 2, 3], [6, 2, 3]], mean=True),
]

if __name__ == "__main__":
    write("attention.json", cases)
