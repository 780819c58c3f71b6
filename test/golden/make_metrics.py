"""Reference values of metrics, by scikit-learn: writes metrics.json.

    python make_metrics.py        # scikit-learn 1.9.1, numpy 2.4.6, Python 3.11

Inputs are float32, as a network gives them; scikit-learn computes with them as they are or in double precision.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("ignore")
random = np.random.default_rng(7)
NAN = None


def number(value):
    value = float(value)
    return NAN if np.isnan(value) else value


def plain(array):
    """The shortest numbers that are these float32."""
    return [plain(row) if np.ndim(row) else float(str(np.float32(row))) for row in array]


def averaged(truth, said, averages, **more):
    out = {}
    for name, f in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
        for average in averages:
            out[f"{name} {average}"] = number(f(truth, said, average=average, zero_division=0, **more))
    return out


def calibration(p, right, bins):
    """Expected calibration error (Guo et al. 2017), bins with their upper edge."""
    p, right = np.asarray(p, dtype=np.float64), np.asarray(right, dtype=np.float64)
    edges = np.arange(1, bins) / bins
    at = np.searchsorted(edges, p, side="left")
    total = 0
    for b in range(bins):
        here = at == b
        if here.any():
            total += here.mean() * abs(p[here].mean() - right[here].mean())
    return number(total)


def two(name, truth, p, threshold=0.5):
    truth, p = np.asarray(truth), np.asarray(p, dtype=np.float32)
    said = (p > np.float32(threshold)).astype(int)
    both = len(set(truth)) > 1
    of = {
        "accuracy": number(m.accuracy_score(truth, said)),
        "balancedAccuracy": number(m.balanced_accuracy_score(truth, said)),
        "hamming": number(m.hamming_loss(truth, said)),
        "matthewsCorrelation": number(m.matthews_corrcoef(truth, said)),
        "cohenKappa": number(m.cohen_kappa_score(truth, said)),
        "auc": number(m.roc_auc_score(truth, p)) if both else NAN,
        "averagePrecision": number(m.average_precision_score(truth, p)),
        "logLoss": number(m.log_loss(truth, np.stack([1 - p, p], 1), labels=[0, 1])),
        "brier": number(m.brier_score_loss(truth, p.astype(np.float64), labels=[0, 1])),
        "expectedCalibrationError": calibration(p, truth, 15),
        **averaged(truth, said, ["binary"], pos_label=1),
        **averaged(truth, said, ["macro", "weighted", "micro"]),
    }
    return {"name": name, "threshold": threshold, "outputs": [[v] for v in plain(p)], "labels": truth.tolist(), "of": of}


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


def classes(name, truth, p):
    truth, p = np.asarray(truth), np.asarray(p, dtype=np.float32)
    k = p.shape[1]
    said = p.argmax(axis=1)
    present = sorted(set(truth))
    wide = p.astype(np.float64)
    hot = np.eye(k)[truth]
    areas = [m.roc_auc_score(truth == c, p[:, c]) for c in present]
    shares = [(truth == c).sum() for c in present]
    of = {
        "accuracy": number(m.accuracy_score(truth, said)),
        "balancedAccuracy": number(m.balanced_accuracy_score(truth, said)),
        "subsetAccuracy": number(m.accuracy_score(truth, said)),
        "hamming": number(m.hamming_loss(truth, said)),
        "matthewsCorrelation": number(m.matthews_corrcoef(truth, said)),
        "cohenKappa": number(m.cohen_kappa_score(truth, said)),
        "cohenKappa linear": number(m.cohen_kappa_score(truth, said, labels=range(k), weights="linear")),
        "cohenKappa quadratic": number(m.cohen_kappa_score(truth, said, labels=range(k), weights="quadratic")),
        "auc": number(np.mean(areas)),
        "auc weighted": number(np.average(areas, weights=shares)),
        "auc micro": number(m.roc_auc_score(hot.ravel(), p.ravel())),
        "averagePrecision": number(np.mean([m.average_precision_score(truth == c, p[:, c]) for c in present])),
        "logLoss": number(m.log_loss(truth, p, labels=range(k))),
        "brier": number(m.brier_score_loss(truth, wide / wide.sum(axis=1, keepdims=True), labels=list(range(k)))),
        "expectedCalibrationError": calibration(p.max(axis=1), said == truth, 15),
        **averaged(truth, said, ["macro", "weighted", "micro"]),
    }
    if all(len(set(row)) == k for row in p.tolist()):  # of equal outputs scikit-learn takes the last
        of["topKAccuracy 2"] = number(m.top_k_accuracy_score(truth, p, k=2, labels=range(k)))
        of["top3Accuracy"] = number(m.top_k_accuracy_score(truth, p, k=3, labels=range(k)))
    if len(present) == k:
        # what scikit-learn calls one-vs-rest is what was written out above
        assert np.isclose(of["auc"], m.roc_auc_score(truth, wide / wide.sum(axis=1, keepdims=True), multi_class="ovr"))
    return {"name": name, "outputs": plain(p), "labels": truth.tolist(), "of": of}


def labels(name, truth, p):
    truth, p = np.asarray(truth), np.asarray(p, dtype=np.float32)
    said = (p > 0.5).astype(int)
    k = truth.shape[1]
    there = [c for c in range(k) if 0 < truth[:, c].sum() < len(truth)]
    some = [c for c in range(k) if truth[:, c].any()]
    wide = p.astype(np.float64)
    of = {
        "accuracy": number((said == truth).mean()),
        "binaryAccuracy": number((said == truth).mean()),
        "subsetAccuracy": number(m.accuracy_score(truth, said)),
        "hamming": number(m.hamming_loss(truth, said)),
        "auc": number(m.roc_auc_score(truth[:, there], p[:, there], average="macro")),
        "auc weighted": number(m.roc_auc_score(truth[:, there], p[:, there], average="weighted")),
        "auc micro": number(m.roc_auc_score(truth, p, average="micro")),
        "averagePrecision": number(m.average_precision_score(truth[:, some], p[:, some], average="macro")),
        "averagePrecision micro": number(m.average_precision_score(truth, p, average="micro")),
        "logLoss": number(np.mean([m.log_loss(truth[:, c], p[:, c], labels=[0, 1]) for c in range(k)])),
        "brier": number(np.mean([m.brier_score_loss(truth[:, c], wide[:, c], labels=[0, 1]) for c in range(k)])),
        "expectedCalibrationError": calibration(p.ravel(), truth.ravel(), 15),
        **averaged(truth, said, ["macro", "weighted", "micro"]),
    }
    return {"name": name, "outputs": plain(p), "values": plain(truth), "of": of}


def quantities(name, truth, said):
    truth, said = np.asarray(truth, dtype=np.float32), np.asarray(said, dtype=np.float32)
    t, s = truth.astype(np.float64), said.astype(np.float64)
    of = {
        "meanSquaredError": number(m.mean_squared_error(t, s)),
        "rootMeanSquaredError": number(m.root_mean_squared_error(t, s)),
        "meanAbsoluteError": number(m.mean_absolute_error(t, s)),
        "medianAbsoluteError": number(m.median_absolute_error(t, s)),
        "meanAbsolutePercentageError": number(m.mean_absolute_percentage_error(t, s)),
        "r2": number(m.r2_score(t, s)) if len(t) > 1 else NAN,
    }
    return {"name": name, "outputs": plain(said), "values": plain(truth), "of": of}


def spread(n):
    return np.round(random.random(n), 2)


binary = [
    two("uneven", [0] * 90 + [1] * 10, np.concatenate([np.repeat([0.1, 0.6], [82, 8]), np.repeat([0.7, 0.3], [6, 4])])),
    two("many ties", random.integers(0, 2, 200), np.round(random.random(200), 1)),
    two("no ties", random.integers(0, 2, 101), random.random(101)),
    two("own threshold", random.integers(0, 2, 60), spread(60), threshold=0.3),
    two("all of class 0", [0, 0, 0, 0], [0.1, 0.4, 0.6, 0.7]),
    two("all of class 1", [1, 1, 1], [0.2, 0.6, 0.9]),
    two("nothing predicted as class 1", [0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4]),
    two("all alike and right", [0, 0, 0], [0.1, 0.2, 0.3]),
    two("all outputs equal", [0, 1, 0, 1, 1], [0.5] * 5),
    two("certain, and once wrong", [0, 1, 1], [0, 1, 0]),
]
several = [
    classes("four classes", random.integers(0, 4, 120), softmax(random.normal(size=(120, 4)) * 2)),
    classes("a class that does not occur", random.choice([0, 2, 3], 50), softmax(random.normal(size=(50, 4)))),
    classes("one class alone is predicted", [0, 1, 2, 2], softmax(np.array([[3.0, 0, 0]] * 4))),
    classes("three rows", [2, 0, 1], softmax(np.array([[0.1, 0.2, 0.3], [0.2, 0.9, 0.1], [0.5, 0.5, 0.1]]))),
]
tags = random.integers(0, 2, (40, 3))
empty = tags.copy()
empty[:, 1] = 0
multi = [
    labels("three labels", tags, np.round(random.random((40, 3)), 1)),
    labels("a label that is nowhere", empty, random.random((40, 3))),
    labels("four rows", [[1, 1, 0], [0, 0, 1], [0, 0, 0], [0, 1, 1]], [[0.88, 0.73, 0.27], [0.27, 0.88, 0.88], [0.12, 0.27, 0.05], [0.95, 0.27, 0.73]]),
]
truth = random.normal(size=(50, 1)) * 10
both = random.normal(size=(31, 2)) * [1, 100] + [0, 1000]
regression = [
    quantities("one output", truth, truth + random.normal(size=(50, 1))),
    quantities("two outputs of different size", both, both + random.normal(size=(31, 2)) * [0.5, 30]),
    quantities("all targets alike, missed", [[3.0]] * 4, [[3.0], [2], [4], [3]]),
    quantities("all targets alike, met", [[3.0]] * 4, [[3.0]] * 4),
    quantities("a mean far from 0", truth + 20_000, truth + 20_000 + random.normal(size=(50, 1))),
    quantities("targets of 0", [[0.0], [1], [2]], [[0.5], [1], [2]]),
]
document = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "python": sys.version.split()[0]},
    "two": binary,
    "classes": several,
    "labels": multi,
    "quantities": regression,
}
Path(__file__).with_name("metrics.json").write_text(json.dumps(document, indent=1) + "\n")
