#!/bin/sh
# All trials on this machine, as many at a time as it has cores. The same line goes on where it was ended: finished trials are kept.
#   --sshlogin 2/first,2/second,:     on other machines too, which see the same folder under the same path
seq 40 | parallel --joblog sweep.log --resume-failed -N0 nabla sweep sweep.json --out sweep
nabla sweep --summary sweep --report sweep.html
