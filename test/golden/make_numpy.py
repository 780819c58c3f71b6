"""Writes numpy.json beside this file: files as NumPy writes them (base64), and what is in them.
Run by hand, with NumPy 2: python3 test/golden/make_numpy.py

Of an array: type, shape, and its values in C order; text as text, integers of 64 bits as digits, floats as numbers or "nan", "inf", "-inf"."""
import base64
import io
import json
import os
import sys
import numpy as np

rng = np.random.default_rng(1)


def base(content):
    return base64.b64encode(content).decode()


def shown(value):
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**31 else value


def told(array):
    kind = "text" if array.dtype.kind in "US" else array.dtype.name
    return {"type": kind, "shape": list(array.shape), "values": [shown(value) for value in array.ravel().tolist()]}


def saved(array, version=None):
    file = io.BytesIO()
    if version is None:
        np.save(file, array)
    else:
        np.lib.format.write_array(file, array, version=version)
    return base(file.getvalue())


ends = {np.dtype(t): [np.iinfo(t).min, np.iinfo(t).max] for t in ("i1", "u1", "i2", "u2", "i4", "u4")}


def sample(code, shape):
    dtype = np.dtype(code)
    n = int(np.prod(shape))
    if dtype.kind == "b":
        values = rng.integers(0, 2, n)
    elif dtype.kind == "f":
        values = rng.normal(0, 100, n)
        values[: min(n, 5)] = [0.1, -0.0, np.inf, -np.inf, np.nan][: min(n, 5)]
    elif dtype.itemsize == 8:
        values = rng.integers(0 if dtype.kind == "u" else -(2**53), 2**53, n, endpoint=True)
    else:
        low, high = ends[dtype.newbyteorder("=")]
        values = rng.integers(low, high, n, endpoint=True)
        values[: min(n, 2)] = [low, high][: min(n, 2)]
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(dtype).reshape(shape)


arrays = {}
for code in ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"):
    for order in ("<", ">") if np.dtype(code).itemsize > 1 else ("",):
        array = sample(order + code, (2, 3, 2))
        arrays[f"{order}{code}"] = (array, None)
        arrays[f"{order}{code}, by columns"] = (np.asfortranarray(array), None)
for shape in ((), (0,), (0, 3), (3, 0, 2), (1,), (7,), (1, 1, 1, 1, 4)):
    arrays[f"shape {shape}"] = (sample("<f4", shape), None)
for version in ((1, 0), (2, 0), (3, 0)):
    arrays[f"version {version[0]}"] = (sample("<i4", (2, 3)), version)
arrays["half"] = (np.arange(0, 65536, 37, dtype="u2").view("<f2"), None)
arrays["texts"] = (np.array([["a", "ß∂"], ["", "𝄞 g"]]), None)
arrays["texts, big-endian, by columns"] = (np.asfortranarray(np.array([["a", "bc"], ["d", "é"]], dtype=">U3")), None)
arrays["bytes"] = (np.array([b"a", b"", b"long one"]), None)
edge = {"u8": 2**53, "i8": -(2**53)}
for code, value in edge.items():
    arrays[f"{code} at the edge"] = (np.array([value], dtype="<" + code), None)

refused = {
    "complex": np.array([1 + 2j]),
    "objects": np.array([{"a": 1}, None], dtype=object),
    "structured": np.array([(1, 2.5)], dtype=[("a", "<i4"), ("b", "<f4")]),
    "dates": np.array(["2024-01-01"], dtype="M8[D]"),
    "spans": np.array([5], dtype="m8[s]"),
    "raw": np.zeros(2, dtype="V3"),
    "wide": np.zeros(2, dtype=np.longdouble),
    "u8 beyond": np.array([[1, 2], [2**53 + 1, 3]], dtype="<u8"),
    "i8 beyond": np.array([[1, -(2**53) - 1], [2, 3]], dtype=">i8", order="F"),
}


class Pipe(io.RawIOBase):
    """What cannot be sought in: sizes follow their entries, in data descriptors."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, part):
        self.content += bytes(part)
        return len(part)


def archive(save, *args, **named):
    file = io.BytesIO()
    save(file, *args, **named)
    return base(file.getvalue())


def piped(save, **named):
    pipe = Pipe()
    save(pipe, **named)
    return base(pipe.content)


x = rng.normal(50, 20, (6, 3)).astype("f4")
y = np.array([0, 1, 2, 0, 1, 2])
archives = {
    "stored": archive(np.savez, x=x, y=y),
    "deflated": archive(np.savez_compressed, x=x, y=y),
    "piped": piped(np.savez, x=x, y=y),
    "piped, deflated": piped(np.savez_compressed, x=x, y=y),
    "with objects": archive(np.savez, x=x, y=y, info=np.array({"by": "me"}, dtype=object)),
}

document = {
    "numpy": np.__version__,
    "python": sys.version.split()[0],
    "arrays": {name: {"file": saved(array, version), **told(array)} for name, (array, version) in arrays.items()},
    "refused": {name: saved(array) for name, array in refused.items()},
    "archives": archives,
    "x": told(x),
    "y": told(y),
}


def line(name, value):
    return f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"


def lines(values):
    """An entry a line."""
    return "{\n  " + ",\n  ".join(line(name, value) for name, value in values.items()) + "\n}"


with open(os.path.join(os.path.dirname(__file__), "numpy.json"), "w") as file:
    parts = [f'"{name}":{lines(value) if name in ("arrays", "refused", "archives") else json.dumps(value)}' for name, value in document.items()]
    file.write("{" + ",\n".join(parts) + "}\n")
