"""Writes spatial.json beside this file: layers of sequences and images as PyTorch computes them, as make_layers.py does it.
Run by hand: python3 test/golden/make_spatial.py

Sequences are [rows, steps, channels], their filters [steps, channels, filters]; those of a transposed convolution [height, width, filters,
channels], as Keras has them."""
import math
import torch
import torch.nn.functional as F
import make_layers
from make_layers import ACTIVATIONS, SAME, write


def many(n, dims):
    return tuple(n) if isinstance(n, (list, tuple)) else (n,) * dims


def first(x):
    """Channels first, as PyTorch has them."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def sides(given, dims):
    """[before, after] in each direction, of a number, a number for each direction (in one: before and after), or all of them."""
    if isinstance(given, int):
        return [(given, given)] * dims
    if dims == 1:
        return [tuple(given)]
    return [tuple(one) if isinstance(one, (list, tuple)) else (one, one) for one in given]


def padded(x, c, extent, strides, value):
    """x, channels first, with what a layer's padding puts around it. "same" is TensorFlow's: the odd one behind."""
    padding, dims = c.get("padding", "valid"), x.dim() - 2
    if padding == "valid":
        around = sides(0, dims)
    elif padding == "causal":
        around = [(k - 1, 0) for k in extent]
    elif padding == "same":
        totals = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(x.shape[2:], extent, strides)]
        around = [(n // 2, n - n // 2) for n in totals]
    else:
        around = sides(padding, dims)
    return F.pad(x, [n for one in reversed(around) for n in one], value=value)


CONV = {1: F.conv1d, 2: F.conv2d}


def convolve(x, c, w, b, groups):
    """w is [*window, channels / groups, filters]."""
    dims = x.dim() - 2
    kernel, strides, dilation = w.shape[:dims], many(c.get("strides", 1), dims), many(c.get("dilationRate", 1), dims)
    x = padded(first(x), c, [(k - 1) * d + 1 for k, d in zip(kernel, dilation)], strides, 0.0)
    turned = w.permute(-1, -2, *range(dims)).contiguous()
    return last(CONV[dims](x, turned, b, strides, 0, dilation, groups))


def bias(c, t, n):
    return t.parameter("bias", n) if c.get("useBias", True) else None


def activated(c, y):
    return ACTIVATIONS[c.get("activation", "linear")](y)


def conv(x, c, t):
    dims, groups = x.dim() - 2, c.get("groups", 1)
    w = t.parameter("kernel", *many(c["kernelSize"], dims), x.shape[-1] // groups, c["filters"])
    return activated(c, convolve(x, c, w, bias(c, t, c["filters"]), groups))


def separable(x, c, t):
    channels, each = x.shape[-1], c.get("depthMultiplier", 1)
    window = many(c["kernelSize"], 2)
    depthwise = t.parameter("depthwiseKernel", *window, channels, each)
    pointwise = t.parameter("pointwiseKernel", 1, 1, channels * each, c["filters"])
    y = convolve(x, c, depthwise.reshape(*window, 1, channels * each), None, channels)
    return activated(c, convolve(y, {}, pointwise, bias(c, t, c["filters"]), 1))


def transpose(x, c, t):
    strides, dilation = many(c.get("strides", 1), 2), many(c.get("dilationRate", 1), 2)
    groups, filters, padding = c.get("groups", 1), c["filters"], c.get("padding", "valid")
    w = t.parameter("kernel", *many(c["kernelSize"], 2), filters // groups, x.shape[-1])
    b = bias(c, t, filters)
    turned = w.permute(3, 2, 0, 1).contiguous()
    more = many(c["outputPadding"], 2) if "outputPadding" in c else None
    if isinstance(padding, int):
        # what PyTorch has a word for
        return activated(c, last(F.conv_transpose2d(first(x), turned, b, strides, padding, more or 0, groups, dilation)))
    y = F.conv_transpose2d(first(x), turned, None, strides, 0, 0, groups, dilation)
    for axis in (0, 1):
        n, stride, reach = x.shape[axis + 1], strides[axis], (w.shape[axis] - 1) * dilation[axis] + 1
        whole = y.shape[axis + 2]
        if padding == "same":
            out = n * stride if more is None else whole - 2 * (reach // 2) + more[axis]
            before = max(whole - out, 0) // 2
        elif padding == "valid":
            out, before = (max(whole, n * stride) if more is None else whole + more[axis]), 0
        else:
            before, after = sides(padding, 2)[axis]
            out = whole - before - after + (more[axis] if more else 0)
        y = F.pad(y.movedim(axis + 2, -1), (-before, out - (whole - before))).movedim(-1, axis + 2)
    y = last(y)
    return activated(c, y if b is None else y + b)


MAX, MEAN = {1: F.max_pool1d, 2: F.max_pool2d}, {1: F.avg_pool1d, 2: F.avg_pool2d}


def pooling(x, c):
    dims, largest = x.dim() - 2, c["type"].startswith("max")
    pool = many(c.get("poolSize", 2), dims)
    strides = many(c.get("strides", pool), dims)
    padding, ceil, count = c.get("padding", 0), c.get("ceilMode", False), c.get("countIncludePad", False)
    if isinstance(padding, int) and 2 * padding <= min(pool):
        # what PyTorch has a word for
        if largest:
            return last(MAX[dims](first(x), pool, strides, padding, 1, ceil))
        return last(MEAN[dims](first(x), pool, strides, padding, ceil, count))
    assert not ceil
    y = padded(first(x), c, pool, strides, -math.inf if largest else 0.0)
    if largest:
        return last(MAX[dims](y, pool, strides))
    inside = padded(torch.ones_like(first(x)), c, pool, strides, float(count))
    return last(MEAN[dims](y, pool, strides) / MEAN[dims](inside, pool, strides))


def cut(x, c):
    default = 1 if c["type"] == "cropping1d" else 0
    for axis, (before, after) in enumerate(sides(c.get("cropping", default), x.dim() - 2)):
        x = x.narrow(axis + 1, before, x.shape[axis + 1] - before - after)
    return x


def enlarge(x, c):
    dims = x.dim() - 2
    out = [n * by for n, by in zip(x.shape[1:-1], many(c.get("size", 2), dims))]
    mode = c.get("interpolation", "nearest")
    return last(F.interpolate(first(x), size=out, mode=mode, **({"align_corners": False} if mode == "bilinear" else {})))


def layer(x, c, t, at, training):
    kind = c["type"]
    if kind in ("conv1d", "conv2d"):
        return conv(x, c, t)
    if kind == "separableConv2d":
        return separable(x, c, t)
    if kind == "conv2dTranspose":
        return transpose(x, c, t)
    if kind[:-2] in ("maxPooling", "averagePooling"):
        return pooling(x, c)
    if kind.startswith("globalMaxPooling"):
        return x.flatten(1, -2).amax(1)
    if kind.startswith("globalAveragePooling"):
        return x.flatten(1, -2).mean(1)
    if kind == "zeroPadding1d":
        return F.pad(x, (0, 0, *sides(c.get("padding", 1), 1)[0]))
    if kind.startswith("cropping"):
        return cut(x, c)
    if kind.startswith("upSampling"):
        return enlarge(x, c)
    if kind == "permute":
        return x.permute(0, *c["dims"])
    raise ValueError(kind)


def case(shape, rows, kind, **config):
    scale = config.pop("scale", 1.0)
    return make_layers.case(shape, rows, {"type": kind, **config}, scale=scale, layer=layer)


def conv1(shape, rows, filters, size, **rest):
    return case(shape, rows, "conv1d", filters=filters, kernelSize=size, **rest)


def conv2(shape, rows, filters, size, **rest):
    return case(shape, rows, "conv2d", filters=filters, kernelSize=size, **rest)


def trans(shape, rows, filters, size, **rest):
    return case(shape, rows, "conv2dTranspose", filters=filters, kernelSize=size, **rest)


def sep(shape, rows, filters, size, **rest):
    return case(shape, rows, "separableConv2d", filters=filters, kernelSize=size, **rest)


CAUSAL = {"padding": "causal"}
cases = [
    # along sequences
    conv1([1, 1], 1, 1, 1),
    conv1([9, 3], 2, 8, 3),
    conv1([12, 1], 2, 3, 5),
    conv1([7, 8], 3, 20, 2, **SAME),
    conv1([10, 5], 2, 9, 4, strides=3, **SAME),
    conv1([11, 6], 1, 4, 3, strides=2),
    conv1([9, 4], 2, 5, 3, **CAUSAL),
    conv1([10, 3], 2, 6, 3, strides=2, dilationRate=2, activation="relu", **CAUSAL),
    conv1([13, 2], 2, 3, 3, dilationRate=4, **SAME),
    conv1([8, 6], 2, 9, 3, groups=3, **CAUSAL),
    conv1([9, 5], 2, 5, 3, groups=5, **SAME),
    conv1([8, 3], 2, 7, 3, padding=2, useBias=False),
    conv1([6, 17], 2, 3, 3, padding=[0, 3], activation="tanh"),
    # unequal padding
    conv2([5, 6, 3], 2, 8, 3, padding=1),
    conv2([5, 4, 2], 1, 3, [2, 3], padding=[0, 2]),
    conv2([5, 6, 5], 2, 9, 3, padding=[[2, 0], [1, 3]], strides=2),
    conv2([4, 5, 4], 2, 6, 3, padding=[[0, 1], [3, 0]], dilationRate=[1, 2], groups=2),
    conv2([5, 4, 6], 2, 6, 3, padding=[[1, 2], [0, 1]], groups=6, strides=[1, 2]),
    # wider than the window: some outputs are the bias alone
    conv2([3, 3, 2], 1, 3, 2, padding=[[3, 1], [0, 4]]),
    conv2([3, 4, 4], 1, 4, 2, padding=3, groups=4, strides=2),
    # pooling
    *[
        case(shape, rows, kind, **rest)
        for kind in ("maxPooling1d", "averagePooling1d")
        for shape, rows, rest in (
            ([6, 3], 2, {}),
            ([7, 5], 1, {}),
            ([7, 2], 2, SAME),
            ([9, 8], 2, {"poolSize": 3, "strides": 2}),
            ([8, 3], 2, {"poolSize": 3, "strides": 2, "ceilMode": True}),
            ([7, 4], 3, {"poolSize": 4, "strides": 3, "padding": 2, "ceilMode": True}),
            ([7, 1], 2, {"poolSize": 3, "padding": [2, 1], "strides": 1}),
        )
    ],
    *[
        case(shape, rows, kind, **rest)
        for kind in ("maxPooling2d", "averagePooling2d")
        for shape, rows, rest in (
            ([5, 7, 3], 2, {"ceilMode": True}),
            ([6, 5, 2], 2, {"poolSize": 3, "strides": 2, "padding": 1}),
            ([6, 7, 3], 2, {"poolSize": 3, "strides": 2, "padding": 1, "ceilMode": True}),
            ([5, 6, 5], 1, {"poolSize": [2, 3], "strides": [1, 2], "padding": [[1, 0], [0, 2]]}),
            ([6, 5, 17], 1, {"poolSize": 3, "padding": [2, 1]}),
            ([4, 4, 3], 2, {"poolSize": 2, "strides": 3, "padding": 1, "ceilMode": True}),
        )
    ],
    *[
        case(shape, rows, kind, countIncludePad=True, **rest)
        for kind, shape, rows, rest in (
            ("averagePooling1d", [7, 3], 2, {"poolSize": 3, "padding": 1}),
            ("averagePooling1d", [7, 5], 2, {"poolSize": 4, "strides": 3, "padding": 2, "ceilMode": True}),
            ("averagePooling2d", [6, 7, 3], 2, {"poolSize": 3, "strides": 2, "padding": 1, "ceilMode": True}),
            ("averagePooling2d", [5, 6, 5], 1, {"poolSize": [2, 3], "padding": [[1, 0], [0, 2]]}),
            ("averagePooling2d", [5, 6, 2], 2, {"poolSize": 3, "strides": 2, **SAME}),
            ("averagePooling2d", [5, 6, 2], 2, {}),
        )
    ],
    case([9, 3], 2, "globalMaxPooling1d"),
    case([1, 5], 2, "globalMaxPooling1d"),
    case([9, 3], 2, "globalAveragePooling1d"),
    case([4, 8], 3, "globalAveragePooling1d"),
    case([5, 7, 3], 2, "globalMaxPooling2d"),
    case([1, 2, 17], 3, "globalMaxPooling2d"),
    # transposed
    trans([1, 1, 1], 1, 1, 1),
    trans([4, 5, 3], 2, 5, 3),
    trans([4, 3, 4], 2, 8, 2, strides=2),
    trans([3, 4, 6], 2, 3, 3, strides=2, **SAME),
    trans([3, 4, 2], 2, 9, 4, strides=2, activation="relu", **SAME),
    trans([3, 2, 5], 1, 4, 2, strides=3),
    trans([3, 2, 5], 1, 4, [1, 2], strides=[3, 4], **SAME),
    trans([4, 3, 1], 2, 3, 5, strides=[1, 2], **SAME),
    trans([4, 4, 3], 2, 4, 3, strides=2, padding=1, outputPadding=1),
    trans([3, 4, 5], 2, 6, 3, strides=3, outputPadding=[0, 2]),
    trans([4, 3, 3], 2, 4, 3, strides=2, outputPadding=1, **SAME),
    trans([4, 3, 3], 2, 4, 3, strides=2, padding=[[1, 0], [2, 1]], useBias=False),
    trans([4, 3, 2], 2, 3, 3, dilationRate=2),
    trans([3, 4, 2], 1, 3, 3, dilationRate=[1, 2], strides=2, **SAME),
    trans([3, 4, 6], 2, 9, 3, groups=3, strides=2, padding=1),
    trans([4, 3, 4], 2, 4, 3, groups=4, **SAME),
    trans([3, 3, 10], 2, 6, 2, groups=2, strides=3),
    trans([4, 3, 17], 1, 3, 3, activation="tanh"),
    # separable
    sep([5, 6, 3], 2, 8, 3),
    sep([5, 6, 8], 2, 5, 3, strides=2, activation="relu", **SAME),
    sep([6, 5, 1], 2, 3, [2, 3]),
    sep([6, 5, 1], 2, 3, 3, depthMultiplier=3, **SAME),
    sep([5, 4, 3], 2, 6, 3, depthMultiplier=2, **SAME),
    sep([5, 6, 4], 1, 9, 2, depthMultiplier=5, useBias=False, dilationRate=2),
    sep([5, 6, 5], 2, 4, 3, padding=[[1, 0], [0, 2]]),
    # shapes
    case([5, 3], 2, "zeroPadding1d"),
    case([4, 4], 2, "zeroPadding1d", padding=[2, 0]),
    case([5, 3], 2, "cropping1d"),
    case([6, 4], 2, "cropping1d", cropping=[0, 3]),
    case([4, 5, 3], 2, "cropping2d"),
    case([4, 5, 3], 2, "cropping2d", cropping=1),
    case([4, 6, 4], 1, "cropping2d", cropping=[0, 2]),
    case([5, 6, 2], 2, "cropping2d", cropping=[[2, 0], [1, 3]]),
    case([4, 3], 2, "upSampling1d"),
    case([3, 8], 1, "upSampling1d", size=3),
    case([3, 4, 3], 2, "upSampling2d"),
    case([3, 2, 8], 1, "upSampling2d", size=[3, 1]),
    case([3, 4, 3], 2, "upSampling2d", interpolation="bilinear"),
    case([2, 3, 5], 2, "upSampling2d", size=[3, 4], interpolation="bilinear"),
    case([1, 4, 2], 1, "upSampling2d", size=[2, 1], interpolation="bilinear"),
    case([5], 2, "permute", dims=[1]),
    case([4, 3], 2, "permute", dims=[2, 1]),
    case([7, 1], 2, "permute", dims=[2, 1]),
    case([3, 4, 5], 2, "permute", dims=[3, 1, 2]),
    case([3, 8, 5], 1, "permute", dims=[2, 1, 3]),
    case([2, 3, 4], 2, "permute", dims=[1, 2, 3]),
    case([2, 3, 2, 5], 2, "permute", dims=[4, 2, 1, 3]),
    case([2, 2, 1, 3, 2], 1, "permute", dims=[5, 3, 1, 4, 2]),
    case([2, 1, 2, 3, 2, 3], 1, "permute", dims=[6, 1, 5, 4, 2, 3]),
]

if __name__ == "__main__":
    write("spatial.json", cases)
