"""Opens the checkpoints that make_interop.mjs wrote with nothing but the published safetensors format, has PyTorch predict
with their weights, and writes interop.json beside this file: outputs in double precision, 9 significant digits.

By hand:  python3 test/golden/make_interop.py
Any other checkpoint of dense layers:  python3 test/golden/make_interop.py MODEL.safetensors [INPUTS.npy]
prints PyTorch's predictions for these inputs, or for some fixed ones."""
import json
import pathlib
import struct
import sys
import numpy
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "u1"}


def read(path):
    """8 bytes of header length, a JSON header, then the tensors, whose offsets count from the header's end."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    payload = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(payload[begin:end], DTYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    assert sum(t.numel() * t.element_size() for t in tensors.values()) == len(payload)
    return metadata, tensors


def cross_check(path, tensors):
    """The safetensors package, where there is one, reads the same."""
    try:
        from safetensors.torch import load_file
    except ImportError:
        print("the Python package safetensors is not installed: not compared with it")
        return
    theirs = load_file(str(path))
    assert theirs.keys() == tensors.keys()
    for name in tensors:
        assert theirs[name].dtype == tensors[name].dtype and torch.equal(theirs[name], tensors[name]), name
    print(f"{pathlib.Path(path).name}: the safetensors package reads the same")


ACTIVATIONS = {
    "linear": lambda z, alpha: z,
    "step": lambda z, alpha: (z > 0).to(z.dtype),
    "relu": lambda z, alpha: F.relu(z),
    "leakyRelu": lambda z, alpha: F.leaky_relu(z, alpha),
    "sigmoid": lambda z, alpha: torch.sigmoid(z),
    "tanh": lambda z, alpha: torch.tanh(z),
    "gaussian": lambda z, alpha: torch.exp(-z * z),
    "elu": lambda z, alpha: F.elu(z, alpha),
    "gelu": lambda z, alpha: F.gelu(z),
    "silu": lambda z, alpha: F.silu(z),
    "softplus": lambda z, alpha: F.softplus(z),
    "softmax": lambda z, alpha: torch.softmax(z, 1),
}


def predict(metadata, tensors, x, dtype):
    """The layers are those of the configuration that the checkpoint carries."""
    layers = json.loads(metadata["nabla.checkpoint"])["config"]["model"]["layers"]
    names = [name[: -len(".kernel")] for name in tensors if name.endswith(".kernel") and not name.startswith("optimizer.")]
    a = x.to(dtype).reshape(len(x), -1)
    for layer in layers:
        if layer["type"] == "dense":
            name = names.pop(0)  # in the order of the layers
            a = a @ tensors[f"{name}.kernel"].to(dtype)
            if f"{name}.bias" in tensors:
                a = a + tensors[f"{name}.bias"].to(dtype)
        elif layer["type"] == "flatten":
            continue
        f = layer["activation"]
        a = ACTIVATIONS[f["name"]](a, f.get("alpha"))
    assert not names
    return a


def shape(metadata):
    return json.loads(metadata["nabla.checkpoint"])["config"]["model"]["inputShape"]


def inputs(rows, shape):
    """Multiples of 1/32 from -2 to 2: exact in float32, short in JSON."""
    generator = torch.Generator().manual_seed(7)
    return torch.randint(-64, 65, (rows, *shape), generator=generator).to(torch.float64) / 32


def plain(t):
    return [plain(v) for v in t] if isinstance(t, list) else float(f"{t:.9g}")


def case(name):
    path = HERE / f"{name}.safetensors"
    metadata, tensors = read(path)
    cross_check(path, tensors)
    x = inputs(11, shape(metadata))
    y = predict(metadata, tensors, x, torch.float64)
    single = predict(metadata, tensors, x, torch.float32)
    print(f"{name}: float32 differs from float64 by {(y - single).abs().max().item():.2g} at most")
    shapes = {name: list(t.shape) for name, t in tensors.items() if not name.startswith("optimizer.")}
    return {"shapes": shapes, "x": x.tolist(), "y": plain(y.tolist())}


if len(sys.argv) > 1:
    metadata, tensors = read(sys.argv[1])
    cross_check(sys.argv[1], tensors)
    x = torch.from_numpy(numpy.load(sys.argv[2])) if len(sys.argv) > 2 else inputs(4, shape(metadata))
    if x.dtype == torch.uint8:
        x = x.to(torch.float64) / 255  # as Nabla does with images
    print(json.dumps(plain(predict(metadata, tensors, x, torch.float64).tolist())))
else:
    cases = {name: case(name) for name in ["interop", "interop-activations"]}
    lines = [f"  {json.dumps(k)}: {{\n" + ",\n".join(f"    {json.dumps(f)}: {json.dumps(v)}" for f, v in c.items()) + "\n  }" for k, c in cases.items()]
    (HERE / "interop.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
