"""The nets of bench/nets.mjs in PyTorch and in NumPy written out by hand, one thread, batches ready in memory.

    python3 bench/others/torch_numpy.py        (needs numpy and torch)

Prints training samples a second and the time of one prediction of 784-100-50-10. Medians of 15 windows.
"""
import os
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
import statistics
import time
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
rng = np.random.default_rng(1)


def rate(step, batch, window=0.08, windows=15):
    for _ in range(30):
        step()
    n, t = 0, time.perf_counter()
    while time.perf_counter() - t < window:
        step()
        n += 1
    rates = []
    for _ in range(windows):
        t = time.perf_counter()
        for _ in range(n):
            step()
        rates.append(n * batch / (time.perf_counter() - t))
    return statistics.median(rates)


def torch_net(shape, activation, loss, optimizer, batch):
    layers = []
    for i in range(len(shape) - 1):
        layers.append(nn.Linear(shape[i], shape[i + 1]))
        if i < len(shape) - 2 or loss == "quadratic":
            layers.append(activation())
    net = nn.Sequential(*layers)
    opt = optimizer(net.parameters())
    x = torch.rand(batch, shape[0])
    y = torch.arange(batch) % 10
    hot = nn.functional.one_hot(y, 10).float()

    def step():
        opt.zero_grad()
        out = net(x)
        l = 0.5 * ((out - hot) ** 2).sum() / batch if loss == "quadratic" else nn.functional.cross_entropy(out, y)
        l.backward()
        opt.step()

    return net, step


def numpy_net(shape, kind, batch):
    w = [(rng.standard_normal((a, b)) * (2 / a) ** 0.5).astype(np.float32) for a, b in zip(shape, shape[1:])]
    b = [np.zeros(n, np.float32) for n in shape[1:]]
    slots = [[np.zeros_like(p), np.zeros_like(p)] for p in w + b]
    x = rng.random((batch, shape[0]), dtype=np.float32)
    hot = np.eye(10, dtype=np.float32)[np.arange(batch) % 10]
    t = 0

    def step():
        nonlocal t
        t += 1
        a = [x]
        for i, (wi, bi) in enumerate(zip(w, b)):
            z = a[-1] @ wi + bi
            if kind == "sigmoid":
                a.append(1 / (1 + np.exp(-z)))
            elif i < len(w) - 1:
                a.append(np.maximum(z, 0))
            else:
                e = np.exp(z - z.max(1, keepdims=True))
                a.append(e / e.sum(1, keepdims=True))
        d = (a[-1] - hot) / np.float32(batch)
        if kind == "sigmoid":
            d *= a[-1] * (1 - a[-1])
        grads = [None] * (2 * len(w))
        for i in range(len(w) - 1, -1, -1):
            grads[i] = a[i].T @ d
            grads[len(w) + i] = d.sum(0)
            if i:
                d = d @ w[i].T
                d = d * (a[i] * (1 - a[i])) if kind == "sigmoid" else d * (a[i] > 0)
        for p, g, s in zip(w + b, grads, slots):
            if kind == "sigmoid":
                p -= np.float32(3) * g
            elif kind == "adam":
                s[0] += np.float32(0.1) * (g - s[0])
                s[1] += np.float32(0.001) * (g * g - s[1])
                p -= np.float32(0.001 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)) * s[0] / (np.sqrt(s[1]) + np.float32(1e-7))
            else:
                s[0] *= np.float32(0.9)
                s[0] -= np.float32(0.01) * g
                p += np.float32(0.9) * s[0] - np.float32(0.01) * g

    return step


CASES = [
    ("W1", [784, 30, 10], nn.Sigmoid, "quadratic", lambda p: torch.optim.SGD(p, 3.0), "sigmoid", 10),
    ("W2", [784, 100, 50, 10], nn.ReLU, "nll", lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True), "nesterov", 32),
    ("W2", [784, 100, 50, 10], nn.ReLU, "nll", lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True), "nesterov", 128),
    ("W3", [784, 512, 512, 10], nn.ReLU, "nll", lambda p: torch.optim.Adam(p), "adam", 128),
]
print("torch", torch.__version__, "numpy", np.__version__, "capability", torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else "?")
for name, shape, act, loss, opt, kind, batch in CASES:
    _, step = torch_net(shape, act, loss, opt, batch)
    print(f"{name} batch {batch}: PyTorch {rate(step, batch) / 1000:.1f} k/s, NumPy {rate(numpy_net(shape, kind, batch), batch) / 1000:.1f} k/s")


def conv_net(channels, size, padding, filters, kernel, hidden, dropout, optimizer, batch):
    layers, side, before = [], size, channels
    for n in filters:
        layers += [nn.Conv2d(before, n, kernel, padding=padding), nn.ReLU(), nn.MaxPool2d(2)]
        side, before = (side + 2 * padding - kernel + 1) // 2, n
    layers.append(nn.Flatten())
    wide = before * side * side
    for units in hidden:
        if dropout:
            layers.append(nn.Dropout(0.5))
        layers += [nn.Linear(wide, units), nn.ReLU()]
        wide = units
    if dropout:
        layers.append(nn.Dropout(0.5))
    net = nn.Sequential(*layers, nn.Linear(wide, 10))
    opt = optimizer(net.parameters())
    x, y = torch.rand(batch, channels, size, size), torch.arange(batch) % 10

    def step():
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()

    return net, step


adam, sgd = lambda p: torch.optim.Adam(p), lambda p: torch.optim.SGD(p, 0.03)
for name, arguments in {
    "W4": (1, 28, 0, [8, 16], 3, [128], False, adam, 64),
    "L7": (1, 28, 0, [20, 40], 5, [100], False, sgd, 10),
    "L9": (1, 28, 0, [20, 40], 5, [1000, 1000], True, sgd, 10),
    "C32": (3, 32, 1, [32, 64], 3, [128], False, adam, 64),
}.items():
    net, step = conv_net(*arguments)
    print(f"{name} batch {arguments[-1]}: PyTorch {rate(step, arguments[-1]) / 1000:.2f} k/s")
    if name == "W4":
        net.eval()
        with torch.no_grad():
            row, rows = torch.rand(1, 1, 28, 28), torch.rand(256, 1, 28, 28)
            print(f"W4, one prediction: PyTorch {1e6 / rate(lambda: net(row).softmax(1), 1):.1f} µs; 256 at once {rate(lambda: net(rows).softmax(1), 256) / 1000:.1f} k/s")
net, _ = torch_net([784, 100, 50, 10], nn.ReLU, "nll", lambda p: torch.optim.SGD(p, 0.1), 32)
row = torch.rand(1, 784)
with torch.no_grad():
    print(f"one prediction: PyTorch {1e6 / rate(lambda: net(row).softmax(1), 1):.1f} µs")
