#!/usr/bin/env python3
"""Reference traces of optimizers: writes optimizers.json beside this file.

NumPy in f64, from the update_step() formulas of Keras 3 (keras/src/optimizers/*.py). Where PyTorch defines the same
step the two must agree to 1e-12, or nothing is written; where it differs, the comments say in what.
Hyperparameters and gradients are rounded to f32 first: that is what the core's records and ranges hold.

    python3 make_optimizers.py        needs numpy and torch
"""
import json
import os

import numpy as np
import torch

f32 = lambda x: float(np.float32(x))
STEPS = 30
KEEP = [1, 2, 3, 10, 20, 30]
N = 16

rng = np.random.RandomState(7)
w0 = rng.randn(N).astype(np.float32).astype(np.float64)
# gradients over six orders of magnitude
scale = np.logspace(-4, 2, N)
grads = (rng.randn(STEPS, N) * scale).astype(np.float32).astype(np.float64)
w0[3] = 0
grads[:, 3] = 0  # padding: nothing moves it
grads[:, 5] = 0  # a weight without gradient
grads[10:, 7] = 0  # a gradient that dries up


def rates(base):
    """Constant for ten steps, then falling: Step.rate is read anew each step."""
    return [f32(base if t < 10 else base * 0.9 ** (t - 9)) for t in range(STEPS)]


def keras(config, lr):
    """The trace w[0 … STEPS] and the slots after the last step. Every variant is one branch, as Keras writes it."""
    c = {k: (f32(v) if isinstance(v, float) else v) for k, v in config.items()}
    name, w = c["name"], w0.copy()
    slots = {s: np.full(N, v) for s, v in SLOTS[name](c).items()}
    trace = [w.copy()]
    for t in range(STEPS):
        g, eta = grads[t].copy(), lr[t]
        if "clipValue" in c:
            g = np.clip(g, -c["clipValue"], c["clipValue"])
        if "clipNorm" in c:  # global_clipnorm
            norm = np.sqrt(np.sum(g * g))
            g = g * min(1, c["clipNorm"] / norm)
        if c["weightDecay"]:  # BaseOptimizer._apply_weight_decay, before the step
            w = w - w * c["weightDecay"] * eta
        if name == "sgd":
            w = w - eta * g
        elif name in ("momentum", "nesterov"):
            v = slots["velocity"] = c["momentum"] * slots["velocity"] - eta * g
            w = w + (c["momentum"] * v - eta * g if name == "nesterov" else v)
        elif name in ("adam", "adamw"):
            m, v = slots["mean"], slots["variance"]
            m = slots["mean"] = m + (g - m) * (1 - c["beta1"])
            v = slots["variance"] = v + (g * g - v) * (1 - c["beta2"])
            alpha = eta * np.sqrt(1 - c["beta2"] ** (t + 1)) / (1 - c["beta1"] ** (t + 1))
            w = w - m * alpha / (np.sqrt(v) + c["epsilon"])
        elif name == "rmsprop":
            s = slots["meanSquare"] = c["rho"] * slots["meanSquare"] + (1 - c["rho"]) * g * g
            move = eta * g / np.sqrt(s + c["epsilon"])
            if c["momentum"] > 0:
                move = slots["velocity"] = c["momentum"] * slots["velocity"] + move
            w = w - move
        elif name == "adagrad":
            s = slots["accumulator"] = slots["accumulator"] + g * g
            w = w - eta * g / np.sqrt(s + c["epsilon"])
        trace.append(w.copy())
    return np.array(trace), slots


SLOTS = {
    "sgd": lambda c: {},
    "momentum": lambda c: {"velocity": 0.0},
    "nesterov": lambda c: {"velocity": 0.0},
    "adam": lambda c: {"mean": 0.0, "variance": 0.0},
    "adamw": lambda c: {"mean": 0.0, "variance": 0.0},
    "rmsprop": lambda c: {"meanSquare": 0.0, **({"velocity": 0.0} if c["momentum"] > 0 else {})},
    "adagrad": lambda c: {"accumulator": c["initialAccumulatorValue"]},
}
# Keras' defaults; momentum and nesterov are SGD(momentum=0.9), which Keras leaves at 0.
DEFAULTS = {
    "sgd": dict(learningRate=0.01, weightDecay=0.0),
    "momentum": dict(learningRate=0.01, momentum=0.9, weightDecay=0.0),
    "nesterov": dict(learningRate=0.01, momentum=0.9, weightDecay=0.0),
    "adam": dict(learningRate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7, weightDecay=0.0),
    "adamw": dict(learningRate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7, weightDecay=0.004),
    "rmsprop": dict(learningRate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, weightDecay=0.0),
    "adagrad": dict(learningRate=0.001, initialAccumulatorValue=0.1, epsilon=1e-7, weightDecay=0.0),
}


def full(given):
    return {"name": given["name"], **DEFAULTS[given["name"]], **given}


def pytorch(config):
    """The same trace by torch.optim in f64, at a constant learning rate."""
    c = {k: (f32(v) if isinstance(v, float) else v) for k, v in full(config).items()}
    w = torch.tensor(w0, dtype=torch.float64, requires_grad=True)
    lr, name = c["learningRate"], c["name"]
    if name in ("sgd", "momentum", "nesterov"):
        opt = torch.optim.SGD([w], lr=lr, momentum=c.get("momentum", 0), nesterov=name == "nesterov")
    elif name in ("adam", "adamw"):
        opt = torch.optim.AdamW([w], lr=lr, betas=(c["beta1"], c["beta2"]), weight_decay=c["weightDecay"])
    elif name == "rmsprop":
        opt = torch.optim.RMSprop([w], lr=lr, alpha=c["rho"], eps=c["epsilon"], momentum=c["momentum"])
    else:
        init = c["initialAccumulatorValue"]
        opt = torch.optim.Adagrad([w], lr=lr, eps=c["epsilon"], initial_accumulator_value=init)
    trace = [w0.copy()]
    for t in range(STEPS):
        if name in ("adam", "adamw"):
            # PyTorch adds ε to √(v / (1 − β₂ᵗ)), Keras to √v
            opt.param_groups[0]["eps"] = c["epsilon"] / np.sqrt(1 - c["beta2"] ** (t + 1))
        w.grad = torch.tensor(grads[t], dtype=torch.float64)
        if "clipValue" in c:
            torch.nn.utils.clip_grad_value_([w], c["clipValue"])
        opt.step()
        trace.append(w.detach().numpy().copy())
    return np.array(trace)


def crosscheck(config):
    lr = [f32(full(config)["learningRate"])] * STEPS
    a, b = keras(full(config), lr)[0], pytorch(config)
    worst = np.max(np.abs(a - b) / (np.abs(b) + 1e-30))
    assert worst < 1e-12, (config, worst)


for config in [
    {"name": "sgd"},
    {"name": "sgd", "clipValue": 0.5},
    {"name": "momentum"},
    {"name": "nesterov"},
    {"name": "adam"},
    {"name": "adam", "epsilon": 0.1},
    {"name": "adamw", "weightDecay": 0.1},
    # ε stands inside the root in Keras and outside in PyTorch: compared where it does not matter
    {"name": "rmsprop", "epsilon": 1e-45},
    {"name": "rmsprop", "epsilon": 1e-45, "momentum": 0.5},
    {"name": "adagrad", "epsilon": 1e-45},
]:
    crosscheck(config)

# the clipped norm, against torch.nn.utils.clip_grad_norm_ (which adds 1e-6 to the norm)
p = torch.zeros(N, dtype=torch.float64, requires_grad=True)
p.grad = torch.tensor(grads[0])
torch.nn.utils.clip_grad_norm_([p], 1.5)
norm = np.sqrt(np.sum(grads[0] ** 2))
assert np.allclose(p.grad.numpy(), grads[0] * 1.5 / (norm + 1e-6), rtol=1e-12)

cases = []
for config in [
    {"name": "sgd"},
    {"name": "sgd", "learningRate": 0.3, "weightDecay": 0.05},
    {"name": "sgd", "learningRate": 0.3, "clipValue": 0.25},
    {"name": "sgd", "learningRate": 0.3, "clipNorm": 1.5},
    {"name": "momentum"},
    {"name": "momentum", "momentum": 0.5},
    {"name": "nesterov"},
    {"name": "adam"},
    {"name": "adam", "learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.01},
    {"name": "adamw"},
    {"name": "adamw", "learningRate": 0.1, "weightDecay": 0.2, "clipNorm": 10.0},
    {"name": "rmsprop"},
    {"name": "rmsprop", "learningRate": 0.1, "rho": 0.8, "momentum": 0.7, "epsilon": 0.01},
    {"name": "adagrad"},
    {"name": "adagrad", "learningRate": 0.5, "initialAccumulatorValue": 0.0},
]:
    lr = rates(full(config)["learningRate"])
    trace, slots = keras(full(config), lr)
    digits = lambda a: [float(f"{x:.10g}") for x in a]
    cases.append({
        "config": config,
        "rates": lr,
        "w": {str(t): digits(trace[t]) for t in KEEP},
        "slots": {k: digits(v) for k, v in slots.items()},
    })

# the shortest decimals that give the f32 back
short = lambda a: [float(str(np.float32(x))) for x in a]
out = {"steps": STEPS, "w0": short(w0), "gradients": [short(g) for g in grads], "cases": cases}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.json")
with open(path, "w") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
print(f"{path}: {len(cases)} traces of {STEPS} steps, {os.path.getsize(path)} bytes")
