"""Writes activations.json and losses.json beside this file: values and gradients as PyTorch computes them in double
precision, rounded to 9 significant digits. Run by hand: python3 test/golden/make_golden.py"""
import json
import pathlib
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
torch.manual_seed(1)


def grid(*shape, span=4.0):
    """Random multiples of 1/64: exact in float32, short in JSON."""
    return torch.round((torch.rand(*shape, dtype=torch.float64) * 2 - 1) * span * 64) / 64


def plain(t):
    if isinstance(t, torch.Tensor):
        t = t.tolist()
    return [plain(v) for v in t] if isinstance(t, list) else float(f"{t:.9g}")


def write(name, cases):
    lines = [f"  {json.dumps(k)}: {{\n" + ",\n".join(f"    {json.dumps(f)}: {json.dumps(v)}" for f, v in c.items()) + "\n  }" for k, c in cases.items()]
    (HERE / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def activation(f, alpha=0):
    z, da = grid(3, 5).requires_grad_(), grid(3, 5, span=1)
    a = f(z)
    a.backward(da)
    return {"alpha": alpha, "z": plain(z), "da": plain(da), "a": plain(a), "dz": plain(z.grad)}


def loss(f, x, y):
    """f gives one value for each row; the gradient is that of the sum over rows."""
    x.requires_grad_()
    rows = f(x, y)
    rows.sum().backward()
    return {"x": plain(x), "y": plain(y), "losses": plain(rows), "gradient": plain(x.grad)}


def none(f):
    """A PyTorch loss without its reduction, averaged over units."""
    return lambda a, y: f(a, y, reduction="none").mean(1)


def categorical_hinge(a, y):
    wrong = torch.where(y == 0, a, torch.full_like(a, -torch.inf)).max(1).values
    return torch.relu(1 + wrong - (y * a).sum(1))


classes = F.one_hot(torch.tensor([2, 0, 4]), 5).double()
bits = torch.tensor([[1, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 1, 0, 0]], dtype=torch.float64)
soft = torch.softmax(grid(3, 5), 1).float().double()
unit = torch.round(torch.sigmoid(grid(3, 5)) * 64).clamp(1, 63) / 64

activations = {
    "sigmoid": activation(torch.sigmoid),
    "tanh": activation(torch.tanh),
    "relu": activation(torch.relu),
    "leakyRelu": activation(lambda z: F.leaky_relu(z, 0.01), 0.01),
    "gaussian": activation(lambda z: torch.exp(-z * z)),
    "elu": activation(lambda z: F.elu(z, 1.5), 1.5),
    "gelu": activation(F.gelu),
    "silu": activation(F.silu),
    "softplus": activation(F.softplus),
    "softmax": activation(lambda z: torch.softmax(z, 1)),
}

write("losses", {
    "meanSquaredError": loss(none(F.mse_loss), grid(3, 5), grid(3, 5)),
    "quadratic": loss(lambda a, y: 0.5 * ((a - y) ** 2).sum(1), grid(3, 5), grid(3, 5)),
    "meanAbsoluteError": loss(none(F.l1_loss), grid(3, 5), grid(3, 5)),
    "huber": loss(none(F.huber_loss), grid(3, 5), grid(3, 5)),
    "binaryCrossentropy": loss(none(F.binary_cross_entropy), unit.clone(), bits),
    "binaryCrossentropy of logits": loss(none(F.binary_cross_entropy_with_logits), grid(3, 5), bits),
    "crossEntropy of logits": loss(lambda a, y: F.binary_cross_entropy_with_logits(a, y, reduction="none").sum(1), grid(3, 5), bits),
    "categoricalCrossentropy": loss(lambda a, y: -(y * a.log()).sum(1), unit.clone(), classes),
    "categoricalCrossentropy of logits": loss(lambda a, y: F.cross_entropy(a, y, reduction="none"), grid(3, 5), classes),
    "categoricalCrossentropy of logits, soft targets": loss(lambda a, y: F.cross_entropy(a, y, reduction="none"), grid(3, 5), soft),
    "hinge": loss(lambda a, y: torch.relu(1 - y * a).mean(1), grid(3, 5), bits * 2 - 1),
    "categoricalHinge": loss(categorical_hinge, grid(3, 5), classes),
})

# after the losses, whose random numbers would be others
write("activations", activations | {
    "selu": activation(F.selu),
    "hardSigmoid": activation(F.hardsigmoid),
    "hardSwish": activation(F.hardswish),
    "softsign": activation(F.softsign),
    "logSoftmax": activation(lambda z: torch.log_softmax(z, 1)),
})
