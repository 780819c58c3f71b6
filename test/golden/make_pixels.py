"""Writes pixels.json beside this file: losses of images of classes as PyTorch computes them in double precision.
Run by hand: python3 test/golden/make_pixels.py

z = values(rows · height · width · channels, 1) · 3 of make_layers.py, [rows, height, width, channels]; the labels are (7 i) mod channels, or
for one channel (7 i) mod 2, for value i of [rows, height, width]."""
import json
import pathlib
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def values(n, seed):
    s, out = (seed * 2654435761) % 2**32, []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) % 2**32
        out.append((s >> 8) / 8388608 - 1)
    return torch.tensor(out)


def case(rows, height, width, channels, smoothing=0.0):
    z = (values(rows * height * width * channels, 1) * 3).float().double().reshape(rows, height, width, channels).requires_grad_()
    labels = torch.arange(rows * height * width).reshape(rows, height, width) * 7 % max(2, channels)
    if channels > 1:
        loss = F.cross_entropy(z.movedim(3, 1), labels, label_smoothing=smoothing)
    else:
        loss = F.binary_cross_entropy_with_logits(z[..., 0], labels.double())
    loss.backward()
    shape = {"rows": rows, "height": height, "width": width, "channels": channels, "smoothing": smoothing}
    return shape | {"loss": float(f"{loss.item():.12g}"), "dz": [float(f"{v:.9g}") for v in z.grad.reshape(-1).tolist()]}


cases = [case(2, 3, 4, 5), case(3, 2, 2, 4), case(1, 1, 5, 2), case(2, 3, 3, 1), case(2, 2, 3, 3, 0.1)]
path = pathlib.Path(__file__).parent / "pixels.json"
path.write_text("[\n" + ",\n".join(f"  {json.dumps(c, separators=(',', ':'))}" for c in cases) + "\n]\n")
