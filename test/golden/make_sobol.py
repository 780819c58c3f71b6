"""Points of Sobol's sequence with 32 dimensions: python make_sobol.py > sobol.json (scipy 1.17.1)."""

import json

import scipy
from scipy.stats import qmc

points = qmc.Sobol(32, scramble=False, bits=32).random(4096)
rows = [0, 1, 2, 3, 7, 100, 1000, 4095]
print(
    json.dumps(
        {
            "source": f"scipy {scipy.__version__}: scipy.stats.qmc.Sobol(32, scramble=False, bits=32).random(4096)",
            "points": {str(n): [int(value * 2**32) for value in points[n]] for n in rows},
        }
    )
)
