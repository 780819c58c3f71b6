#!/bin/sh
# Under mpirun each rank takes every so many-th trial: rank 1 of 4 has 1, 5, 9, … They need nothing of each other.
mpirun -n 4 nabla sweep sweep.json --out sweep
nabla sweep --summary sweep
