"""Writes graph.json beside this file: how a graph of layers learns in PyTorch, in double precision, rounded to 9 significant digits.
Two inputs, two outputs with losses of different weight, a layer that is applied twice in a row, one that both branches share, a skip and a
concatenation: see net(). 50 steps of each optimizer.
Run by hand: python3 test/golden/make_graph.py

Nothing that goes in is stored: both sides make it with values() of test/support/kernel.ts. Seed 1 is the image, 2 the table, 3 the box,
4, 5, … are the parameters in the order of net(), kernels times 1.7 / √fan-in and biases times 0.5; row r of the batch b is of class
(3 · r + b) mod 4. Of a tensor of more than FULL values every so-manieth is stored, and its dot product with w + sign w, w = values(n, 99)."""
import json
import math
import pathlib
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
FULL, STEPS, BATCHES, ROWS = 40, 50, 5, 8
BOX_WEIGHT = 0.25
torch.set_default_dtype(torch.float64)


def values(n, seed):
    s, out = (seed * 2654435761) % 2**32, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        out.append((s >> 8) / 8388608 - 1)
    return torch.tensor(out)


def float32(t):
    return t.float().double()


def stored(t):
    short = lambda v, digits=9: float(f"{float(v):.{digits}g}")
    flat = t.detach().reshape(-1)
    n = len(flat)
    if n <= FULL:
        return [short(v) for v in flat]
    every = math.ceil(n / 20) | 1
    w = values(n, 99)
    dot = short(flat @ (w + w.sign()), 12)
    return {"length": n, "every": every, "values": [short(v) for v in flat[::every]], "dot": dot}


class Parameters:
    """Makes parameters as they are asked for the first time, and gives the same ones afterwards."""

    def __init__(self):
        self.all = {}

    def get(self, name, *shape):
        if name not in self.all:
            scale = 0.5 if name.endswith("bias") else 1.7 / math.sqrt(math.prod(shape[:-1]))
            drawn = values(math.prod(shape), 4 + len(self.all))
            self.all[name] = float32(drawn * scale).reshape(shape).requires_grad_()
        return self.all[name]


def dense(p, name, x, units, f=lambda z: z):
    return f(x @ p.get(f"{name}.kernel", x.shape[-1], units) + p.get(f"{name}.bias", units))


def conv(p, name, x, filters):
    """3 × 3, "same"; [rows, height, width, channels]"""
    w = p.get(f"{name}.kernel", 3, 3, x.shape[3], filters)
    b = p.get(f"{name}.bias", filters)
    y = F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, padding=1)
    return torch.tanh(y.permute(0, 2, 3, 1))


def net(p, image, table):
    body = conv(p, "body", image, 3)
    twice = conv(p, "tower", conv(p, "tower", body, 3), 3)
    pooled = F.max_pool2d((body + twice).permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    seen = dense(p, "seen", pooled.reshape(len(image), -1), 6, torch.tanh)
    told = dense(p, "told", table, 6, torch.tanh)
    mixed = [dense(p, "mix", x, 5, F.silu) for x in (seen, told)]
    both = dense(p, "both", torch.cat([*mixed, told], 1), 9, F.gelu)
    return dense(p, "class", both, 4), dense(p, "box", both, 3)


def data(batch):
    rows = range(batch * ROWS, (batch + 1) * ROWS)
    part = lambda seed, *shape: values(BATCHES * ROWS * math.prod(shape), seed).reshape(-1, *shape)[list(rows)]
    labels = torch.tensor([(3 * r + batch) % 4 for r in range(ROWS)])
    return part(1, 6, 4, 2), part(2, 7), labels, part(3, 3)


def losses(p, batch):
    image, table, labels, box = data(batch)
    z, y = net(p, image, table)
    return F.cross_entropy(z, labels), BOX_WEIGHT * ((y - box) ** 2).mean()


class Keras(torch.optim.Optimizer):
    """RMSprop and Adagrad as Keras 3 writes them: ε is added under the root, where PyTorch adds it to the root."""

    def __init__(self, params, c):
        super().__init__(params, {})
        self.c = c

    @torch.no_grad()
    def step(self):
        c = self.c
        for w in self.param_groups[0]["params"]:
            state = self.state[w]
            if c["name"] == "rmsprop":
                s = state["s"] = c["rho"] * state.get("s", torch.zeros_like(w)) + (1 - c["rho"]) * w.grad**2
                move = state["v"] = c["momentum"] * state.get("v", 0) + c["learningRate"] * w.grad / (s + c["epsilon"]).sqrt()
            else:
                s = state["s"] = state.get("s", torch.full_like(w, c["initialAccumulatorValue"])) + w.grad**2
                move = c["learningRate"] * w.grad / (s + c["epsilon"]).sqrt()
            w -= move


def optimizer(params, c):
    lr = c["learningRate"]
    if c["name"] in ("sgd", "momentum", "nesterov"):
        return torch.optim.SGD(params, lr=lr, momentum=c.get("momentum", 0), nesterov=c["name"] == "nesterov")
    if c["name"] in ("adam", "adamw"):
        betas = (c["beta1"], c["beta2"])
        return torch.optim.AdamW(params, lr=lr, betas=betas, eps=c["epsilon"], weight_decay=c["weightDecay"])
    return Keras(params, c)


CONFIGS = [
    {"name": "sgd", "learningRate": 0.3},
    {"name": "sgd", "learningRate": 1.0, "clipNorm": 0.1},
    {"name": "momentum", "learningRate": 0.05, "momentum": 0.9},
    {"name": "nesterov", "learningRate": 0.05, "momentum": 0.9},
    {"name": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-3, "weightDecay": 0},
    {"name": "adamw", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-3, "weightDecay": 0.1},
    {"name": "rmsprop", "learningRate": 0.005, "rho": 0.9, "momentum": 0.5, "epsilon": 1e-3},
    {"name": "adagrad", "learningRate": 0.05, "initialAccumulatorValue": 0.1, "epsilon": 1e-7},
]


def train(config):
    # what records hold is float32
    c = {k: float(float32(torch.tensor(float(v)))) if isinstance(v, (int, float)) else v for k, v in config.items()}
    p = Parameters()
    losses(p, 0)
    params = list(p.all.values())
    opt = optimizer(params, c)
    trace = []
    for t in range(STEPS):
        if c["name"] in ("adam", "adamw"):
            # PyTorch adds ε to √(v / (1 − β₂ᵗ)), Keras to √v
            opt.param_groups[0]["eps"] = c["epsilon"] / math.sqrt(1 - c["beta2"] ** (t + 1))
        opt.zero_grad()
        digit, box = losses(p, t % BATCHES)
        (digit + box).backward()
        if "clipNorm" in c:
            norm = torch.sqrt(sum((w.grad**2).sum() for w in params))
            for w in params:
                w.grad *= min(1, c["clipNorm"] / float(norm))
        trace.append(float(f"{float(digit + box):.9g}"))
        opt.step()
    return {"optimizer": config, "losses": trace, "weights": {name: stored(w) for name, w in p.all.items()}}


out = {
    "steps": STEPS,
    "batches": BATCHES,
    "rows": ROWS,
    "boxWeight": BOX_WEIGHT,
    "trainings": [train(config) for config in CONFIGS],
}
path = HERE / "graph.json"
path.write_text(json.dumps(out, separators=(",", ":"), ensure_ascii=False) + "\n")
for t in out["trainings"]:
    print(t["optimizer"]["name"], t["losses"][0], t["losses"][-1])
print(f"{path.stat().st_size} bytes")
