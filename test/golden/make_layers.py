"""Writes layers.json beside this file: layers as PyTorch computes them in double precision, rounded to 9 significant digits.
Run by hand: python3 test/golden/make_layers.py

Inputs are not stored: both sides make them with values() of test/support/kernel.ts. Of the seeds, 1 is x (times `scale`, plus
`shift`), 2 is dy, 3, 4, … are the parameters and moving values in order of their names as listed; a moving variance is 1.5 + v / 2.
A tensor of more than FULL values is stored as every so-manieth value and its dot product with w + sign w, w = values(n, 99).
Images are [rows, height, width, channels], filters [height, width, channels, filters]."""
import json
import math
import pathlib
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
FULL = 144
torch.set_default_dtype(torch.float64)


def values(n, seed):
    s, out = (seed * 2654435761) % 2**32, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        out.append((s >> 8) / 8388608 - 1)
    return torch.tensor(out)


def float32(t):
    return t.float().double()


def short(t):
    return [float(f"{v:.9g}") for v in t.detach().reshape(-1).tolist()]


def stored(t):
    flat = t.detach().reshape(-1)
    n = len(flat)
    if n <= FULL:
        return short(flat)
    every = math.ceil(n / 40) | 1
    w = values(n, 99)
    return {"length": n, "every": every, "values": short(flat[::every]), "dot": float(f"{flat.detach() @ (w + w.sign()):.12g}")}


def pair(n):
    return tuple(n) if isinstance(n, (list, tuple)) else (n, n)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def same(x, extent, strides, value):
    """x with TensorFlow's padding for "same": the odd pixel at the bottom and at the right."""
    sides = []
    for n, k, s in zip(x.shape[2:], extent, strides):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        sides.append((total // 2, total - total // 2))
    return F.pad(x, (*sides[1], *sides[0]), value=value)


class Tensors:
    """Hands out parameters in the order layers ask for them, and remembers them by name."""

    def __init__(self):
        self.seed, self.trained, self.moving, self.moved = 3, {}, {}, {}

    def parameter(self, name, *shape):
        self.trained[name] = float32(self.next(shape)).requires_grad_()
        return self.trained[name]

    def next(self, shape):
        self.seed += 1
        return values(math.prod(shape), self.seed - 1).reshape(shape)


ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leakyRelu": lambda z: F.leaky_relu(z, 0.01),
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "elu": F.elu,
    "softmax": lambda z: torch.softmax(z, -1),
    "selu": F.selu,
    "hardSigmoid": F.hardsigmoid,
    "hardSwish": F.hardswish,
    "softsign": F.softsign,
    "logSoftmax": lambda z: torch.log_softmax(z, -1),
}


def rectified(z, maxValue=math.inf, negativeSlope=0.0, threshold=0.0):
    return torch.where(z > threshold, z.clamp(max=maxValue), negativeSlope * (z - threshold))


def activated(z, f):
    if isinstance(f, str):
        return ACTIVATIONS[f](z)
    options = {k: v for k, v in f.items() if k != "name"}
    assert f["name"] == "relu"
    if options == {"maxValue": 6}:
        return F.relu6(z)
    return rectified(z, **options)


def dense(x, c, t, at):
    y = x @ t.parameter(at + "kernel", x.shape[-1], c["units"])
    if c.get("useBias", True):
        y = y + t.parameter(at + "bias", c["units"])
    return activated(y, c.get("activation", "linear"))


def conv2d(x, c, t, at):
    kernel, strides, dilation = pair(c["kernelSize"]), pair(c.get("strides", 1)), pair(c.get("dilationRate", 1))
    groups, filters = c.get("groups", 1), c["filters"]
    w = t.parameter(at + "kernel", *kernel, x.shape[3] // groups, filters)
    b = t.parameter(at + "bias", filters) if c.get("useBias", True) else None
    x = nchw(x)
    if c.get("padding", "valid") == "same":
        x = same(x, [(k - 1) * d + 1 for k, d in zip(kernel, dilation)], strides, 0.0)
    y = F.conv2d(x, w.permute(3, 2, 0, 1).contiguous(), b, strides, 0, dilation, groups)
    return activated(nhwc(y), c.get("activation", "linear"))


def pooling(x, c, largest):
    pool = pair(c.get("poolSize", 2))
    strides = pair(c.get("strides", pool))
    x = nchw(x)
    inside = torch.ones_like(x)
    if c.get("padding", "valid") == "same":
        x = same(x, pool, strides, -math.inf if largest else 0.0)
        inside = same(inside, pool, strides, 0.0)
    if largest:
        return nhwc(F.max_pool2d(x, pool, strides))
    return nhwc(F.avg_pool2d(x, pool, strides) / F.avg_pool2d(inside, pool, strides))


def zero_padding(x, c):
    sides = c.get("padding", 1)
    vertical, horizontal = map(pair, pair(sides))
    return F.pad(x, (0, 0, *horizontal, *vertical))


def batch_normalization(x, c, t, at, training):
    n = x.shape[-1]
    gamma, beta = t.parameter(at + "gamma", n), t.parameter(at + "beta", n)
    mean, variance = float32(t.next([n])), float32(1.5 + t.next([n]) / 2)
    t.moving |= {at + "movingMean": mean, at + "movingVariance": variance}
    flat, epsilon, momentum = x.reshape(-1, n), c.get("epsilon", 1e-3), c.get("momentum", 0.99)
    # not F.batch_norm, which refuses a single row
    given = (None, None) if training else (mean, variance)
    y = torch.batch_norm(flat, gamma, beta, *given, training, 0, epsilon, False)
    if training:
        batch = {"movingMean": flat.mean(0), "movingVariance": flat.var(0, unbiased=False)}
        t.moved |= {at + k: t.moving[at + k] * momentum + v * (1 - momentum) for k, v in batch.items()}
    return y.reshape(x.shape)


def layer_normalization(x, c, t, at):
    n = x.shape[-1]
    gamma, beta = t.parameter(at + "gamma", n), t.parameter(at + "beta", n)
    return F.layer_norm(x, (n,), gamma, beta, c.get("epsilon", 1e-3))


def group_normalization(x, c, t, at):
    n = x.shape[-1]
    gamma, beta = t.parameter(at + "gamma", n), t.parameter(at + "beta", n)
    groups = c.get("groups", 32)
    y = F.group_norm(x.movedim(-1, 1), n if groups == -1 else groups, gamma, beta, c.get("epsilon", 1e-3))
    return y.movedim(1, -1)


def normalization(x, c, t, at):
    axis = c.get("axis", -1)
    shape = x.shape[1:] if isinstance(axis, list) and len(axis) > 1 else x.shape[-1:]
    mean, variance = float32(t.next(shape)), float32(1.5 + t.next(shape) / 2)
    t.moving |= {at + "mean": mean, at + "variance": variance}
    t.moved |= {at + "mean": mean, at + "variance": variance}
    return (x - mean) / variance.sqrt().clamp(min=1e-7)


def prelu(x, c, t, at):
    shared = c.get("sharedAxes", [])
    alpha = t.parameter(at + "alpha", *[1 if i in shared else n for i, n in enumerate(x.shape[1:], 1)])
    if list(shared) == list(range(1, x.dim() - 1)) and x.dim() > 2:
        return F.prelu(x.movedim(-1, 1), alpha.reshape(-1)).movedim(1, -1)
    return torch.where(x > 0, x, alpha * x)


def chain(x, layers, t, at, training):
    for i, c in enumerate(layers):
        x = layer(x, c, t, f"{at}{i}.", training)
    return x


def layer(x, c, t, at, training):
    kind = c["type"]
    if kind == "dense":
        return dense(x, c, t, at)
    if kind == "conv2d":
        return conv2d(x, c, t, at)
    if kind == "activation":
        return activated(x, c["activation"])
    if kind in ("maxPooling2d", "averagePooling2d"):
        return pooling(x, c, kind == "maxPooling2d")
    if kind == "globalAveragePooling2d":
        return x.mean((1, 2))
    if kind == "zeroPadding2d":
        return zero_padding(x, c)
    if kind == "flatten":
        return x.reshape(len(x), -1)
    if kind == "reshape":
        return x.reshape(len(x), *c["targetShape"])
    if kind == "batchNormalization":
        return batch_normalization(x, c, t, at, training)
    if kind == "layerNormalization":
        return layer_normalization(x, c, t, at)
    if kind == "groupNormalization":
        return group_normalization(x, c, t, at)
    if kind == "normalization":
        return normalization(x, c, t, at)
    if kind == "rescaling":
        return x * c["scale"] + c.get("offset", 0)
    if kind == "prelu":
        return prelu(x, c, t, at)
    if kind == "residual":
        main = chain(x, c["layers"], t, at + "layers.", training)
        return main + chain(x, c.get("shortcut", []), t, at + "shortcut.", training)
    raise ValueError(kind)


def case(shape, rows, config, training=True, scale=1.0, shift=0.0, layer=layer):
    t = Tensors()
    x = float32(values(rows * math.prod(shape), 1) * scale + shift).reshape(rows, *shape).requires_grad_()
    y = layer(x, config, t, "", training)
    y.backward(values(y.numel(), 2).reshape(y.shape))
    given = {"config": config, "inputShape": shape, "rows": rows}
    given |= {k: v for k, v, usual in (("training", training, True), ("scale", scale, 1.0), ("shift", shift, 0.0)) if v != usual}
    names = list(t.trained) + list(t.moving)
    result = {"outputShape": list(y.shape[1:]), "y": stored(y), "dx": stored(x.grad)}
    if t.trained:
        result["gradients"] = {name: stored(p.grad) for name, p in t.trained.items()}
    if t.moved:
        result["moving"] = {name: stored(v) for name, v in t.moved.items()}
    return given | result


def conv(filters, kernel_size, **rest):
    return {"type": "conv2d", "filters": filters, "kernelSize": kernel_size, **rest}


def pool(kind, **rest):
    return {"type": f"{kind}Pooling2d", **rest}


def dense_of(units, **rest):
    return {"type": "dense", "units": units, **rest}


SAME = {"padding": "same"}
bn, ln = {"type": "batchNormalization"}, {"type": "layerNormalization"}
relu = {"type": "activation", "activation": "relu"}

cases = [
    # kernels and channels
    case([1, 1, 1], 1, conv(1, 1)),
    case([5, 4, 3], 2, conv(8, 1)),
    case([5, 7, 1], 2, conv(3, 3)),
    case([7, 5, 2], 1, conv(10, 3)),
    case([6, 7, 8], 2, conv(20, 3)),
    case([4, 5, 17], 2, conv(3, 3)),
    case([5, 6, 5], 5, conv(1, 3)),
    case([9, 6, 1], 1, conv(8, 5)),
    case([6, 7, 3], 2, conv(10, 5)),
    case([5, 6, 3], 2, conv(8, [2, 3])),
    case([6, 4, 2], 5, conv(3, [3, 1], useBias=False)),
    case([3, 3, 4], 3, conv(4, 3)),
    # same
    case([5, 6, 3], 2, conv(8, 3, **SAME)),
    case([1, 1, 2], 2, conv(3, 3, **SAME)),
    case([2, 7, 1], 1, conv(10, 5, **SAME)),
    case([5, 3, 17], 1, conv(3, [2, 3], **SAME)),
    case([4, 5, 2], 2, conv(3, [4, 2], **SAME)),
    case([6, 6, 5], 1, conv(20, 1, **SAME)),
    # strides
    case([7, 6, 3], 2, conv(8, 3, strides=2)),
    case([7, 6, 3], 2, conv(8, 3, strides=2, **SAME)),
    case([6, 9, 2], 1, conv(3, 3, strides=3, **SAME)),
    case([8, 7, 5], 1, conv(10, 2, strides=3)),
    case([7, 8, 2], 2, conv(3, 3, strides=[1, 2], **SAME)),
    case([9, 8, 1], 2, conv(8, [2, 3], strides=[3, 1])),
    case([5, 6, 8], 5, conv(3, 1, strides=2)),
    case([6, 5, 3], 1, conv(10, 1, strides=2, **SAME)),
    case([10, 9, 1], 1, conv(3, 5, strides=2, **SAME)),
    # dilation
    case([7, 6, 3], 2, conv(8, 3, dilationRate=2)),
    case([5, 6, 2], 2, conv(3, 3, dilationRate=2, **SAME)),
    case([8, 6, 1], 1, conv(3, [2, 3], dilationRate=[3, 2], **SAME)),
    case([9, 9, 2], 1, conv(3, 3, strides=2, dilationRate=2, **SAME)),
    # groups
    case([5, 6, 4], 2, conv(6, 3, groups=2)),
    case([5, 4, 10], 1, conv(8, 3, groups=2, strides=2, **SAME)),
    case([5, 5, 6], 2, conv(9, [2, 3], groups=3, **SAME)),
    case([6, 5, 3], 2, conv(3, 3, groups=3)),
    case([6, 5, 3], 1, conv(6, 3, groups=3, **SAME)),
    case([5, 7, 8], 2, conv(8, 3, groups=8, strides=2, **SAME)),
    case([5, 5, 5], 1, conv(10, 3, groups=5, dilationRate=2, **SAME)),
    case([4, 5, 17], 1, conv(17, 3, groups=17, useBias=False, **SAME)),
    # activations, small values
    case([5, 6, 3], 2, conv(8, 3, activation="relu", **SAME)),
    case([6, 5, 1], 2, conv(3, 3, activation="sigmoid")),
    case([4, 5, 2], 1, conv(10, [2, 3], activation="tanh", strides=2, **SAME)),
    case([4, 5, 3], 2, conv(5, 2, activation="gelu")),
    case([4, 3, 2], 2, conv(5, 1, activation="softplus")),
    case([2, 3, 2], 2, conv(5, [2, 3], activation="softmax")),
    case([5, 4, 3], 2, conv(3, 3, **SAME), scale=2**-12),
    # pooling
    *[
        case(shape, rows, pool(kind, **rest))
        for kind in ("max", "average")
        for shape, rows, rest in (
            ([4, 6, 3], 2, {}),
            ([5, 7, 5], 1, {}),
            ([5, 7, 2], 2, SAME),
            ([7, 6, 3], 2, {"poolSize": 3, "strides": 2}),
            ([7, 6, 3], 2, {"poolSize": 3, "strides": 2, **SAME}),
            ([5, 5, 1], 1, {"poolSize": 3, "strides": 1, **SAME}),
            ([6, 7, 8], 1, {"poolSize": [2, 3], "strides": [1, 2], **SAME}),
            ([7, 8, 2], 5, {"poolSize": [1, 3], "strides": [2, 3]}),
            ([5, 4, 17], 1, {"poolSize": [5, 4]}),
            ([6, 9, 2], 2, {"poolSize": 3}),
            ([5, 8, 3], 1, {"poolSize": [2, 3], "strides": [3, 3], **SAME}),
        )
    ],
    case([5, 7, 3], 2, {"type": "globalAveragePooling2d"}),
    case([1, 2, 17], 5, {"type": "globalAveragePooling2d"}),
    # shapes
    case([3, 5, 2], 2, {"type": "flatten"}),
    case([30], 2, {"type": "reshape", "targetShape": [3, -1, 2]}),
    case([3, 5, 2], 2, {"type": "zeroPadding2d"}),
    case([2, 3, 5], 1, {"type": "zeroPadding2d", "padding": [2, 1]}),
    case([3, 2, 3], 2, {"type": "zeroPadding2d", "padding": [[0, 2], [1, 3]]}),
    # normalisation
    *[
        case(shape, rows, {**bn, **rest}, **how)
        for shape, rows, rest, how in (
            ([5], 6, {}, {}),
            ([17], 5, {"momentum": 0.9, "epsilon": 1e-5}, {}),
            ([3], 2, {}, {}),
            ([5, 3, 3], 2, {}, {}),
            ([4, 3, 8], 1, {"momentum": 0.5}, {}),
            ([3, 3, 1], 5, {}, {"scale": 2**-6}),
            ([3, 5, 2], 2, {}, {"scale": 0.125, "shift": 16.0}),
            ([6], 1, {}, {}),
            ([5], 6, {}, {"training": False}),
            ([5, 3, 3], 2, {"epsilon": 1e-2}, {"training": False}),
        )
    ],
    case([7], 3, ln),
    case([20], 1, {**ln, "epsilon": 1e-5}),
    case([3, 4, 5], 2, ln),
    case([5], 2, ln, scale=2**-6),
    case([5], 2, ln, scale=0.125, shift=16.0),
    # residual
    case([4, 5, 3], 2, {"type": "residual", "layers": [conv(3, 3, activation="relu", **SAME), conv(3, 3, **SAME)]}),
    case([5, 4, 2], 3, {"type": "residual", "layers": [conv(5, 3, strides=2, useBias=False, **SAME), bn, relu, conv(5, 3, **SAME)],
                        "shortcut": [conv(5, 1, strides=2), bn]}),
    case([5, 4, 2], 3, {"type": "residual", "layers": [bn, conv(2, 3, **SAME)]}, training=False),
    case([6], 2, {"type": "residual", "layers": [{"type": "dense", "units": 9, "activation": "tanh"}, {"type": "dense", "units": 6}]}),
    # over the last axis of images and sequences
    case([3, 4, 5], 2, dense_of(7, activation="tanh")),
    case([5, 8], 3, dense_of(4, useBias=False)),
    case([2, 1, 3, 6], 2, dense_of(3, activation="softmax")),
    case([4, 1], 2, dense_of(9, activation="relu")),
    case([1, 1, 3], 5, dense_of(1, activation="sigmoid")),
    case([3, 4, 5], 2, {"type": "activation", "activation": "softmax"}),
    case([6, 9], 1, {"type": "activation", "activation": "softmax"}),
    case([4, 5, 3], 2, conv(6, 3, activation="softmax", **SAME)),
    # relu with options, and later activations
    *[
        case(shape, 3, {"type": "activation", "activation": {"name": "relu", **rest}}, scale=8.0)
        for shape, rest in (
            ([9], {"maxValue": 6}),
            ([3, 2, 5], {"maxValue": 3, "negativeSlope": 0.25}),
            ([7], {"threshold": 1.5}),
            ([7], {"threshold": -1, "negativeSlope": 0.5, "maxValue": 2}),
            ([6], {"negativeSlope": 0.125}),
        )
    ],
    case([4, 5, 2], 2, conv(5, 3, activation={"name": "relu", "maxValue": 0.5})),
    case([5, 3, 3], 2, {"type": "activation", "activation": "logSoftmax"}, scale=8.0),
    case([5, 3, 3], 2, dense_of(6, activation="logSoftmax")),
    case([3, 5], 2, {"type": "activation", "activation": "hardSwish"}, scale=8.0),
    case([6], 3, dense_of(9, activation="selu")),
    case([6], 3, dense_of(5, activation="hardSigmoid")),
    case([6], 3, dense_of(5, activation="softsign")),
    # groups of channels
    *[
        case(shape, rows, {"type": "groupNormalization", **rest}, **how)
        for shape, rows, rest, how in (
            ([3, 4, 6], 2, {"groups": 3}, {}),
            ([2, 2, 32], 1, {}, {}),
            ([5, 5], 2, {"groups": 1, "epsilon": 1e-5}, {}),
            ([4, 3, 5], 2, {"groups": -1}, {}),
            ([14], 3, {"groups": 2}, {}),
            ([3, 5, 6], 2, {"groups": 2}, {"scale": 0.125, "shift": 16.0}),
        )
    ],
    # by means that are given: those of the configuration are overwritten
    *[
        case(shape, rows, {"type": "normalization", "mean": [0], "variance": [1], **rest})
        for shape, rows, rest in (
            ([5], 3, {}),
            ([3, 4, 6], 2, {}),
            ([2, 3, 5], 2, {"axis": [1, 2, 3]}),
            ([3, 8], 2, {"axis": [-2, -1]}),
        )
    ],
    case([3, 2, 5], 2, {"type": "rescaling", "scale": 1.5, "offset": -0.75}),
    case([7], 3, {"type": "rescaling", "scale": -2}),
    *[
        case(shape, rows, {"type": "prelu", **rest})
        for shape, rows, rest in (
            ([7], 3, {}),
            ([7], 3, {"sharedAxes": [1]}),
            ([3, 4, 5], 3, {}),
            ([3, 4, 5], 3, {"sharedAxes": [1, 2]}),
            ([3, 4, 5], 2, {"sharedAxes": [2]}),
            ([3, 4, 6], 2, {"sharedAxes": [1, 3]}),
            ([3, 4, 6], 5, {"sharedAxes": [1, 2, 3]}),
            ([2, 3, 2, 5], 2, {"sharedAxes": [2]}),
            ([5, 6], 2, {"sharedAxes": [1]}),
        )
    ],
]

def write(name, cases):
    (HERE / name).write_text("[\n" + ",\n".join(f"  {json.dumps(c, separators=(',', ':'))}" for c in cases) + "\n]\n")


if __name__ == "__main__":
    write("layers.json", cases)
