"""PyTorch and NumPy beside Nabla, on the networks of bench/nets.mjs. Answers what serve.mjs says, line by line.

    python3 bench/others/peers.py torch [THREADS]        as users run it: eager, fused optimizers
    python3 bench/others/peers.py compiled [THREADS]     torch.compile() of the network
    python3 bench/others/peers.py numpy [THREADS]        written out by hand; dense layers only

As PyTorch's tuning guide says: channels last for convolutions, optimizers in one pass (`fused`), gradients set to None, denormal numbers flushed,
inference mode for predictions. The faster way of the two is what is compared.
"""
import json
import os
import sys
import time

how = sys.argv[1] if len(sys.argv) > 1 else "torch"
threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = str(threads)
# answers go to the stream that was stdout; what a library prints does not
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
try:
    import numpy as np
except ImportError:
    answers.write(json.dumps({"error": f"{sys.executable} has no numpy"}) + "\n")
    sys.exit(0)
if how != "numpy":
    try:
        import torch
        from torch import nn
    except ImportError:
        answers.write(json.dumps({"error": f"{sys.executable} has no torch"}) + "\n")
        sys.exit(0)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)

STILL = 1e-6
# ms of one step from which on it is neither warmed up nor timed beforehand
SLOW = 1000


def weights_of(spec):
    values = np.fromfile(spec["weights"], np.float32)
    at = 0
    pairs = []
    for layer in spec["layers"]:
        shape = layer.get("kernel")
        if not shape:
            pairs.append(None)
            continue
        shapes = [shape, layer["recurrent"], shape[-1:]] if layer.get("recurrent") else [shape, shape[-1:]]
        arrays = []
        for each in shapes:
            n = int(np.prod(each))
            arrays.append(values[at : at + n].reshape(each))
            at += n
        pairs.append(arrays)
    return pairs


def batches_of(spec):
    rows = spec["batch"] * spec["batches"]
    inputs = int(np.prod(spec["input"]))
    x = np.fromfile(spec["data"], np.float32, rows * inputs).reshape(spec["batches"], spec["batch"], *spec["input"])
    y = np.fromfile(spec["data"], np.int32, rows, offset=rows * inputs * 4).reshape(spec["batches"], spec["batch"])
    return x, y


def last_of(kernel, recurrent, bias):
    """nn.LSTM, of which only the last step's output goes on."""

    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            units = recurrent.shape[0]
            self.lstm = nn.LSTM(kernel.shape[0], units, batch_first=True)
            # gates in the same order; the second bias would be trained beside the first
            for name, value in (("weight_ih_l0", kernel.T), ("weight_hh_l0", recurrent.T), ("bias_ih_l0", bias), ("bias_hh_l0", 0 * bias)):
                getattr(self.lstm, name).data = torch.tensor(value.copy())
            self.lstm.bias_hh_l0.requires_grad_(False)
            self.lstm.flatten_parameters()

        def forward(self, x):
            return self.lstm(x)[0][:, -1]

    return Last()


def torch_net(spec):
    """Logits; softmax is in the loss."""
    layers = []
    shape = spec["input"]
    image = None
    for layer, pair in zip(spec["layers"], weights_of(spec)):
        kind = layer["type"]
        if kind == "dense":
            kernel, bias = pair
            if image is not None:  # rows in the order of [channels, height, width]
                h, w, c = image
                kernel = kernel.reshape(h, w, c, -1).transpose(2, 0, 1, 3).reshape(h * w * c, -1)
                image = None
            made = nn.Linear(*kernel.shape)
            made.weight.data = torch.tensor(kernel.T.copy())
            made.bias.data = torch.tensor(bias.copy())
            layers.append(made)
        elif kind == "conv2d":
            kernel, bias = pair
            h, w, c, f = kernel.shape
            made = nn.Conv2d(c, f, (h, w), padding=layer["padding"])
            made.weight.data = torch.tensor(kernel.transpose(3, 2, 0, 1).copy())
            made.bias.data = torch.tensor(bias.copy())
            layers.append(made)
        elif kind == "lstm":
            layers.append(last_of(*pair))
        elif kind == "maxPooling2d":
            layers.append(nn.MaxPool2d(layer["poolSize"]))
        elif kind == "flatten":
            image = shape if len(shape) == 3 else None
            layers.append(nn.Flatten())
        elif kind == "dropout":
            layers.append(nn.Dropout(layer["rate"]))
        else:
            raise ValueError(f"{kind} is not written for it here")
        if layer["activation"] in ("relu", "sigmoid"):
            layers.append({"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[layer["activation"]]())
        shape = layer["output"]
    net = nn.Sequential(*layers)
    images = len(spec["input"]) == 3
    if images:
        net = net.to(memory_format=torch.channels_last)
    run = torch.compile(net) if how == "compiled" else net
    return net, run, images


def as_input(x, images):
    x = torch.tensor(x)
    return x.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last) if images else x


def torch_train(spec, rate, alike=False):
    net, run, images = torch_net(spec)
    o = spec["optimizer"]
    parameters = net.parameters()
    optimizer = {
        "sgd": lambda: torch.optim.SGD(parameters, rate, fused=True),
        "nesterov": lambda: torch.optim.SGD(parameters, rate, momentum=o.get("momentum"), nesterov=True, fused=True),
        "adam": lambda: torch.optim.Adam(parameters, rate, (o.get("beta1"), o.get("beta2")), o.get("epsilon"), fused=True),
    }[o["name"]]()
    x, y = batches_of(spec)
    batches = [(as_input(a, images), torch.tensor(b).long()) for a, b in zip(x, y)]
    hot = [nn.functional.one_hot(b, 10).float() for _, b in batches]
    quadratic = spec["loss"] == "quadratic"
    moves = 0

    def step(i, wanted=False):
        nonlocal moves
        moves += 1
        if alike and o["name"] == "adam":
            # PyTorch adds epsilon to a root that is corrected for the first steps, Kingma & Ba's quick form and Keras to one that is not
            optimizer.param_groups[0]["eps"] = o["epsilon"] / (1 - o["beta2"] ** moves) ** 0.5
        a, b = batches[i % len(batches)]
        optimizer.zero_grad()
        out = run(a)
        loss = 0.5 * ((out - hot[i % len(batches)]) ** 2).sum() / len(b) if quadratic else nn.functional.cross_entropy(out, b)
        loss.backward()
        optimizer.step()
        return loss.item() if wanted else None

    return step


def torch_predict(spec, rows):
    net, run, images = torch_net(spec)
    net.eval()
    values = (np.arange(rows * int(np.prod(spec["input"]))) % 7 / 7).astype(np.float32).reshape(rows, *spec["input"])
    x = as_input(values, images)

    def step(_, wanted=False):
        with torch.inference_mode():
            return run(x).softmax(1).numpy()

    return step


def numpy_train(spec, rate, alike=False):
    if any(layer["type"] != "dense" for layer in spec["layers"]):
        raise ValueError("dense layers only, written out by hand")
    pairs = weights_of(spec)
    w = [np.array(p[0]) for p in pairs]
    b = [np.array(p[1]) for p in pairs]
    o = spec["optimizer"]
    kind = o["name"]
    slots = [[np.zeros_like(p), np.zeros_like(p)] for p in w + b]
    xs, ys = batches_of(spec)
    xs = [np.ascontiguousarray(x) for x in xs]
    hots = [np.eye(10, dtype=np.float32)[y] for y in ys]
    acts = [layer["activation"] for layer in spec["layers"]]
    batch = spec["batch"]
    quadratic = spec["loss"] == "quadratic"
    t = 0

    def step(i, wanted=False):
        nonlocal t
        t += 1
        hot = hots[i % len(hots)]
        a = [xs[i % len(xs)]]
        for wi, bi, act in zip(w, b, acts):
            z = a[-1] @ wi + bi
            if act == "sigmoid":
                a.append(1 / (1 + np.exp(-z)))
            elif act == "relu":
                a.append(np.maximum(z, 0))
            else:
                e = np.exp(z - z.max(1, keepdims=True))
                a.append(e / e.sum(1, keepdims=True))
        loss = None
        if wanted:
            loss = float(0.5 * ((a[-1] - hot) ** 2).sum() / batch if quadratic else -np.log((a[-1] * hot).sum(1)).mean())
        d = (a[-1] - hot) / np.float32(batch)
        if quadratic:
            d = d * (a[-1] * (1 - a[-1]))
        grads = [None] * (2 * len(w))
        for l in range(len(w) - 1, -1, -1):
            grads[l] = a[l].T @ d
            grads[len(w) + l] = d.sum(0)
            if l:
                d = d @ w[l].T
                d = d * (a[l] * (1 - a[l])) if acts[l - 1] == "sigmoid" else d * (a[l] > 0)
        for p, g, s in zip(w + b, grads, slots):
            if kind == "sgd":
                p -= np.float32(rate) * g
            elif kind == "adam":
                b1, b2 = o["beta1"], o["beta2"]
                s[0] += np.float32(1 - b1) * (g - s[0])
                s[1] += np.float32(1 - b2) * (g * g - s[1])
                p -= np.float32(rate * (1 - b2**t) ** 0.5 / (1 - b1**t)) * s[0] / (np.sqrt(s[1]) + np.float32(o["epsilon"]))
            else:
                m = np.float32(o["momentum"])
                s[0] *= m
                s[0] -= np.float32(rate) * g
                p += m * s[0] - np.float32(rate) * g
        return loss

    return step


def numpy_predict(spec, rows):
    raise ValueError("not compared")


train, predict = (numpy_train, numpy_predict) if how == "numpy" else (torch_train, torch_predict)
state = {}


def run(n):
    t = time.perf_counter()
    for _ in range(n):
        state["step"](state["at"])
        state["at"] += 1
    return (time.perf_counter() - t) * 1000


def hello(_):
    if how == "numpy":
        return {"name": "NumPy", "version": np.__version__, "threads": threads}
    name = {"torch": "PyTorch", "compiled": "PyTorch, compiled"}[how] + ("" if threads == 1 else ", all threads")
    return {"name": name, "version": torch.__version__, "threads": threads, "vectors": torch.backends.cpu.get_cpu_capability()}


def losses(asked):
    spec = asked["spec"]
    step = train(spec, spec["optimizer"]["learningRate"], True)
    return {"losses": [step(i, True) for i in range(asked["steps"])]}


def opened(asked):
    spec, rows = asked["spec"], asked.get("rows")
    state.clear()
    state.update(at=0, count=0, rows=rows or spec["batch"], step=predict(spec, rows) if rows else train(spec, STILL))
    run(1)  # compiles
    took = run(1)
    t = time.perf_counter()
    while (time.perf_counter() - t) * 1000 < asked.get("warm", 300) and took < SLOW:
        took = run(1)
    state["count"] = 1 if took >= SLOW else 0
    return {"once": took}


def window(asked):
    ms = asked["ms"]
    if not state["count"]:
        n, took = 1, run(1)
        while took < ms / 4 and n < 1e6:
            n *= 2
            took = run(n)
        state["count"] = max(1, round(n * ms / took))
    used = time.process_time()
    took = run(state["count"])
    return {"rate": state["count"] * state["rows"] * 1000 / took, "cpu": (time.process_time() - used) * 1000 / took}


def close(_):
    state.clear()
    return {}


does = {"hello": hello, "losses": losses, "open": opened, "window": window, "close": close}
for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = does[asked["do"]](asked)
    except Exception as error:  # a sentence in the table, and on with the next
        answer = {"error": str(error).split("\n")[0] or type(error).__name__}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
