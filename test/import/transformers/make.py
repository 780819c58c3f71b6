"""Makes nets.json: attention and transformers of PyTorch's, as both of its exporters write them, with inputs and what PyTorch makes of them.

    python -m venv venv && venv/bin/pip install torch==2.15.0 onnx==1.23.2 onnxscript==0.7.2
    venv/bin/python test/import/transformers/make.py

The older exporter cannot write TransformerEncoderLayer and TransformerDecoderLayer by themselves: their is_causal is no constant there. What
the newer one says of the lines of Python that nodes come from is left out. Files are compressed (zlib) and written in base64.
"""

import base64
import io
import json
import logging
import os
import platform
import sys
import warnings
import zlib

import onnx
import torch
from torch import nn
from torch.nn import functional

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.manual_seed(1)
torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))


class Self(nn.Module):
    """@param weights: whether the shares are computed as well, which takes other operators"""

    def __init__(self, causal=False, weights=False, batch_first=True):
        super().__init__()
        self.heads = nn.MultiheadAttention(8, 2, batch_first=batch_first)
        self.causal, self.weights = causal, weights

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if self.causal else None
        return self.heads(x, x, x, attn_mask=mask, need_weights=self.weights)[0]


class Cross(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.MultiheadAttention(8, 2, kdim=6, vdim=5, batch_first=True)

    def forward(self, query, key, value):
        return self.heads(query, key, value, need_weights=False)[0]


class Words(nn.Module):
    """Classifies sentences: a table, positions, two layers, their mean."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 8)
        self.positions = nn.Parameter(torch.randn(5, 8))
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(self.layers(self.table(x) + self.positions).mean(1))


class Block(nn.Module):
    """A block as it is written by hand: one product for queries, keys and values. @param how: scores are masked"""

    def __init__(self, how):
        super().__init__()
        self.before, self.between = nn.LayerNorm(8), nn.LayerNorm(8)
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8, bias=False)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.register_buffer("seen", torch.tril(torch.ones(6, 6)))
        self.how = how

    def forward(self, x):
        batch, steps, units = x.shape
        q, k, v = self.qkv(self.before(x)).chunk(3, dim=-1)
        q, k, v = (each.view(batch, steps, 2, units // 2).transpose(1, 2) for each in (q, k, v))
        if self.how == "function":
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) / (units // 2) ** 0.5
            if self.how == "fill":
                scores = scores.masked_fill(self.seen[:steps, :steps] == 0, float("-inf"))
            elif self.how == "slopes":
                scores = scores - (torch.arange(steps)[:, None] - torch.arange(steps)).abs() * 0.5
            y = scores.softmax(-1) @ v
        x = x + self.out(y.transpose(1, 2).reshape(batch, steps, units))
        return x + self.mlp(self.between(x))


class Padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x, padding):
        return self.heads(x, x, x, key_padding_mask=padding, need_weights=False)[0]


def encoder(**how):
    return nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **how)


x, memory = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
BOTH, NEWER = ("script", "dynamo"), ("dynamo",)
NETS = {
    "heads": (Self(), (x,), BOTH),
    "causal heads": (Self(causal=True), (x,), BOTH),
    "heads with their shares": (Self(weights=True), (x,), BOTH),
    "heads, steps first": (Self(batch_first=False), (x.transpose(0, 1).contiguous(),), BOTH),
    "heads of three inputs": (Cross(), (x, torch.randn(2, 4, 6), torch.randn(2, 4, 5)), BOTH),
    "encoder layer": (encoder(), (x,), NEWER),
    "encoder layer, normalised first": (encoder(norm_first=True, activation="gelu"), (x,), NEWER),
    "decoder layer": (nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), (x, memory), NEWER),
    "sentences": (Words(), (torch.randint(0, 11, (2, 5)),), BOTH),
    "block, causal by a function": (Block("function"), (x,), BOTH),
    "block, causal by a mask": (Block("fill"), (x,), BOTH),
    "block that sees all": (Block(""), (x,), BOTH),
}
REFUSED = {
    "slopes beside scores": (Block("slopes"), (x,), NEWER),
    "padding that is told": (Padded(), (x, torch.zeros(2, 5, dtype=torch.bool)), NEWER),
}


def exported(net, args, how, batch):
    out = io.BytesIO()
    names = [f"x{i}" for i in range(len(args))]
    if how == "script":
        axes = {name: {batch: "batch"} for name in names}
        torch.onnx.export(net, args, out, dynamo=False, input_names=names, output_names=["y"], dynamic_axes=axes)
        return out.getvalue()
    shapes = [{batch: torch.export.Dim("batch")} for _ in args]
    made = torch.onnx.export(net, args, dynamo=True, input_names=names, output_names=["y"], dynamic_shapes=shapes, verbose=False)
    model = made.model_proto
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for each in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del each.metadata_props[:]
    del model.graph.value_info[:]
    return model.SerializeToString()


def numbers(tensor):
    values = tensor.detach().double().flatten().tolist()
    return {"shape": list(tensor.shape), "data": [float(f"{v:.9g}") for v in values]}


def described(name, net, args, exporters):
    net.eval()
    batch = 1 if "steps first" in name else 0
    with torch.no_grad():
        y = net(*args)
    files = {how: base64.b64encode(zlib.compress(exported(net, args, how, batch), 9)).decode() for how in exporters}
    return {"x": [numbers(arg) for arg in args], "y": numbers(y), **files}


with open(os.path.join(here, "nets.json"), "w") as f:
    json.dump(
        {
            "made": f"make.py, Python {platform.python_version()}, torch {torch.__version__}, onnx {onnx.__version__}",
            "nets": {name: described(name, *net) for name, net in NETS.items()},
            "refused": {name: described(name, *net) for name, net in REFUSED.items()},
        },
        f,
        separators=(",", ":"),
    )
    f.write("\n")
print(os.path.getsize(os.path.join(here, "nets.json")), file=sys.stderr)
