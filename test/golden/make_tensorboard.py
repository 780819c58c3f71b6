"""What TensorBoard reads of the event files of tensorBoard(), as JSON: test/golden/tensorboard.json.

    pip install tensorboard
    node test/golden/make_tensorboard.mjs RUNS && python test/golden/make_tensorboard.py RUNS > test/golden/tensorboard.json

make_tensorboard.mjs needs a build. Steps and figures are those of a training with a seed; times are left out.
"""
import json
import os
import sys

from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def read(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0})
    events.Reload()
    tags = events.Tags()
    found = {
        "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in sorted(tags["scalars"])},
        "histograms": {
            tag: [
                {
                    "step": e.step,
                    "min": e.histogram_value.min,
                    "max": e.histogram_value.max,
                    "num": e.histogram_value.num,
                    "sum": e.histogram_value.sum,
                    "limits": len(e.histogram_value.bucket_limit),
                    "counts": sum(e.histogram_value.bucket),
                }
                for e in events.Histograms(tag)
            ]
            for tag in sorted(tags["histograms"])
        },
    }
    if tags["graph"]:
        found["graph"] = [[node.name, node.op, list(node.input)] for node in events.Graph().node]
    return found


root = sys.argv[1]
runs = {name: read(os.path.join(root, name)) for name in sorted(os.listdir(root))}
print(json.dumps({"tensorboard": version.VERSION, "runs": runs}, indent=1))
