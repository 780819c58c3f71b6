"""Makes nets.json: networks of PyTorch's with their state dicts, an input and what they make of it; and files that must be refused.

    python -m venv venv && venv/bin/pip install torch==2.15.0 numpy safetensors==0.8.0
    venv/bin/python test/import/pytorch/make_pytorch.py
"""

import base64
import io
import json
import os
import pickle
import platform
import sys
import zipfile

import safetensors
import safetensors.torch
import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
nets = {}


def text(data):
    return base64.b64encode(data).decode()


def saved(thing, **how):
    out = io.BytesIO()
    torch.save(thing, out, **how)
    return out.getvalue()


def floats(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().double().flatten().tolist()]


def stir(module):
    """Weights that none is the default of, and moving figures of a few batches."""
    with torch.no_grad():
        for p in module.parameters():
            p.add_(torch.randn_like(p) * 0.2)
        for name, b in module.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(torch.randn_like(b) * 0.3)
            if name.endswith("running_var"):
                b.copy_(torch.rand_like(b) + 0.5)


def net(name, module, *xs, first=False, state=None, tensors=False):
    """first: the inputs are channels first there; here they are last."""
    if state is None:
        stir(module)
    module.eval()
    given = module.state_dict() if state is None else state
    y = module(*xs)
    turn = lambda x: x.movedim(1, -1) if first and x.dim() > 2 else x
    entry = {
        "x": [{"shape": list(turn(x).shape), "data": floats(turn(x).contiguous())} for x in xs],
        "y": {"shape": list(y.shape), "data": floats(y)},
        "pt": text(saved(given)),
    }
    if tensors:
        entry["safetensors"] = text(
            safetensors.torch.save({k: v.contiguous() for k, v in given.items()}, {"format": "pt"})
        )
    nets[name] = entry


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 5)
        self.fc2 = nn.Linear(5, 5)
        self.out = nn.Linear(5, 3, bias=False)

    def forward(self, x):
        return self.out(torch.relu(self.fc2(torch.tanh(self.fc1(x))))).softmax(-1)


net("mlp", Mlp(), torch.randn(3, 4), tensors=True)

cnn = nn.Sequential(
    nn.Conv2d(3, 4, 3, padding=1, bias=False),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 4, (2, 3), groups=2),
    nn.PReLU(4),
    nn.Flatten(),
    nn.Dropout(0.5),
    nn.BatchNorm1d(4 * 2 * 2),
    nn.Linear(4 * 2 * 2, 6),
    nn.ReLU(),
    nn.Linear(6, 2),
)
net("cnn", cnn, torch.randn(2, 3, 6, 8), first=True, tensors=True)


class Features(nn.Module):
    """The classifier is declared before the features, and the file keeps that order."""

    def __init__(self):
        super().__init__()
        self.classifier = nn.Linear(8, 2)
        self.features = nn.Sequential(nn.Conv1d(3, 4, 2, dilation=2), nn.ReLU(), nn.Conv1d(4, 4, 3, stride=2))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


net("conv1d", Features(), torch.randn(2, 3, 7), first=True, tensors=True)

separable = nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
net("separable", separable, torch.randn(2, 3, 5, 4), first=True)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Linear(5, 3 * 2 * 2)
        self.norm = nn.BatchNorm1d(12)
        self.up = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, groups=1)
        self.last = nn.ConvTranspose2d(4, 2, 2, stride=2, groups=2)

    def forward(self, z):
        x = torch.relu(self.norm(self.start(z))).view(-1, 3, 2, 2)
        return self.last(torch.relu(self.up(x))).permute(0, 2, 3, 1)


net("generator", Generator(), torch.randn(2, 5))


class Sequence(nn.Module):
    def __init__(self, kind, **more):
        super().__init__()
        self.rnn = kind(3, 4, batch_first=True, **more)
        self.head = nn.Linear(8 if more.get("bidirectional") else 4, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0])[:, -1] if not self.rnn.bidirectional else self.head(self.rnn(x)[0])


steps = torch.randn(2, 5, 3)
net("lstm", Sequence(nn.LSTM, num_layers=2), steps, tensors=True)
net("gru", Sequence(nn.GRU, num_layers=2), steps)
net("rnn", Sequence(nn.RNN), steps)
net("rnnPlain", Sequence(nn.RNN, nonlinearity="relu", bias=False), steps)
net("bidirectional", Sequence(nn.LSTM, bidirectional=True), steps)
net("bidirectionalGru", Sequence(nn.GRU, bidirectional=True), steps)


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.norm = nn.LayerNorm(3)
        self.rnn = nn.GRU(3, 4, batch_first=True)
        self.slope = nn.PReLU()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.slope(self.rnn(self.norm(self.embed(x.long())))[1][0]))


net("words", Words(), torch.randint(0, 7, (2, 5)).float())

norms = nn.Sequential(
    nn.Conv2d(2, 4, 1), nn.GroupNorm(2, 4), nn.ReLU(), nn.InstanceNorm2d(4, affine=True), nn.Conv2d(4, 4, 1),
    nn.BatchNorm2d(4, affine=False),
)


class Norms(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = norms

    def forward(self, x):
        return self.body(x).permute(0, 2, 3, 1)


net("norms", Norms(), torch.randn(2, 2, 3, 4), first=True)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4)
        self.downsample = nn.Sequential(nn.Conv2d(2, 4, 1, bias=False), nn.BatchNorm2d(4))
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return self.fc(torch.relu(y + self.downsample(x)).mean((2, 3)))


net("block", Block(), torch.randn(2, 2, 4, 5), first=True, tensors=True)


class Two(nn.Module):
    """Flattened pixels beside the columns of a table."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 2)
        self.fc = nn.Linear(3 * 2 * 3 + 4, 2)

    def forward(self, image, table):
        return self.fc(torch.cat([table, torch.relu(self.conv(image)).flatten(1)], 1))


net("two", Two(), torch.randn(2, 2, 3, 4), torch.randn(2, 4), first=True)


class Frames(nn.Module):
    """A small network for each frame, and a recurrent layer over them."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 2)
        self.fc = nn.Linear(3 * 2 * 2, 4)
        self.gru = nn.GRU(4, 3, batch_first=True)

    def forward(self, x):
        b, t = x.shape[:2]
        y = self.fc(torch.relu(self.conv(x.flatten(0, 1))).flatten(1))
        return self.gru(y.view(b, t, -1))[1][0]


frames = Frames()
net("frames", frames, torch.randn(2, 3, 2, 3, 3))
x = nets["frames"]["x"][0]
images = torch.tensor(x["data"]).view(x["shape"]).movedim(2, -1)
nets["frames"]["x"] = [{"shape": list(images.shape), "data": floats(images.contiguous())}]

# other element types, and tensors that lie otherwise than in a row
plain = Mlp()
stir(plain)
rows = torch.randn(3, 4)


def rounded(kind):
    state = {k: v.to(kind) for k, v in plain.state_dict().items()}
    plain.load_state_dict({k: v.float() for k, v in state.items()})
    return state


net("double", plain, rows, state={k: v.double() for k, v in plain.state_dict().items()}, tensors=True)
views = torch.cat([v.t().flatten() if v.dim() == 2 else v for v in plain.state_dict().values()])
state, at = {}, 0
for k, v in plain.state_dict().items():
    part = views[at : at + v.numel()]
    state[k] = part.view(v.shape[::-1]).t() if v.dim() == 2 else part
    at += v.numel()
net("views", plain, rows, state=state)
net("half", plain, rows, state=rounded(torch.float16), tensors=True)
net("bfloat16", plain, rows, state=rounded(torch.bfloat16), tensors=True)
net("parallel", plain, rows, state={f"module.{k}": nn.Parameter(v) for k, v in plain.state_dict().items()})
optimizer = torch.optim.Adam(plain.parameters())
plain(rows).sum().backward()
optimizer.step()
checkpoint = {"epoch": 3, "loss": 0.25, "model": plain.state_dict(), "optimizer": optimizer.state_dict(), "tags": ["a", None, True]}
net("checkpoint", plain, rows, state=checkpoint)
for protocol in (3, 4, 5):
    nets["checkpoint"][f"protocol{protocol}"] = text(saved(plain.state_dict(), pickle_protocol=protocol))


class Attending(nn.Module):
    def __init__(self, **more):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True, **more)
        self.head = nn.Linear(4, 2)

    def forward(self, x, y=None):
        y = x if y is None else y
        return self.head(self.attention(x, y, y)[0])


net("attention", Attending(), torch.randn(2, 3, 4), tensors=True)
net("attentionPlain", Attending(bias=False), torch.randn(2, 3, 4))
net("attentionAcross", Attending(kdim=5, vdim=5), torch.randn(2, 3, 4), torch.randn(2, 6, 5))


class Evil:
    def __reduce__(self):
        return os.system, ("echo harm",)


def archive(pickled):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        z.writestr("evil/data.pkl", pickled)
        z.writestr("evil/version", "3\n")
    return out.getvalue()


script = io.BytesIO()
torch.jit.save(torch.jit.script(nn.Sequential(nn.Linear(2, 2))), script)
import collections, decimal  # noqa: E401, E402

refused = {
    "whole module": saved(nn.Sequential(nn.Linear(2, 2))),
    "old format": saved(plain.state_dict(), _use_new_zipfile_serialization=False),
    "TorchScript": script.getvalue(),
    "a program": archive(pickle.dumps({"w": Evil()}, protocol=2)),
    "a program of protocol 4": archive(pickle.dumps({"w": Evil(), "d": decimal.Decimal(1), "c": collections.Counter("a")}, protocol=4)),
    "a plain pickle": pickle.dumps({"w": 1}, protocol=2),
    "quantised": saved({"fc1.weight": torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.qint8)}),
    "sparse": saved({"fc1.weight": torch.eye(2).to_sparse()}),
    "whole numbers": saved({k: v.round().int() for k, v in plain.state_dict().items()}),
    "two dictionaries": saved({"encoder": plain.state_dict(), "decoder": plain.state_dict()}),
    "no dictionary": saved(torch.ones(2)),
    "not a number": saved({k: v * float("nan") for k, v in plain.state_dict().items()}),
}
with open(os.path.join(here, "nets.json"), "w") as f:
    json.dump(
        {
            "made": f"make_pytorch.py, Python {platform.python_version()}, torch {torch.__version__}, safetensors {safetensors.__version__}",
            "nets": nets,
            "refused": {k: text(v) for k, v in refused.items()},
        },
        f,
        separators=(",", ":"),
    )
    f.write("\n")
print(os.path.getsize(os.path.join(here, "nets.json")), file=sys.stderr)
