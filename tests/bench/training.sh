#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Speed of the training step against PyTorch: autoencoder 513-512-256-64-256-512-513 with
# rectifiers, mini-batches of 1024, squared error, Adam, float32, one thread.
#
#   sh tests/bench/training.sh [ROUNDS [SECONDS]]
#
# The two take turns, ROUNDS times (default 7) for SECONDS of processor time (default 4), so that
# both meet the same neighbors on the machine.  PyTorch gets the OpenBLAS kernel that suits this
# CPU (Debian's guess is wrong on recent ones), its widest vector unit, and Adam over all layers at
# once.  The loss of the last step shows that both learn.
# Needs, beyond .ci/packages: apt-get install python3-torch

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

rounds=${1:-7}
seconds=${2:-4}

/usr/bin/python3 -c 'import torch' 2> /dev/null || {
  echo "PyTorch is missing: apt-get install python3-torch" >&2
  exit 1
}
project_build build
ninja -C build tests/bench/bench_training

# The kernel that the CPU should get, from its flags and maker
cpu=$(cat /proc/cpuinfo)
kernel='' capability=''
case $cpu in
  *avx512dq*avx512bw*avx512vl*) kernel=SkylakeX capability=avx512 ;;
  *AuthenticAMD*avx2*) kernel=Zen capability=avx2 ;;
  *avx2*) kernel=Haswell capability=avx2 ;;
esac

results=$(mktemp)
trap 'rm -f "$results"' EXIT
lamina() {
  build/tests/bench/bench_training "$seconds"
}
pytorch() {
  env OPENBLAS_NUM_THREADS=1 ${kernel:+OPENBLAS_CORETYPE=$kernel} \
    ${capability:+ATEN_CPU_CAPABILITY=$capability} \
    /usr/bin/python3 tests/bench/torch_training.py "$seconds"
}

echo
sed -n 's/^model name[^:]*: /CPU: /p' /proc/cpuinfo | head -n 1
echo "round  who      frames/s  kernel      loss"
for round in $(seq "$rounds"); do
  for who in lamina pytorch; do
    echo "$round $who $($who)" | tee -a "$results" |
      awk '{ printf "%5d  %-7s  %8d  %-10s  %s\n", $1, $2, $3, $4, $5 }'
  done
done

awk -v wanted="$kernel" '
  # Print the least, the middle and the greatest of x[1…n].
  function spread(name, format, x, n,   i, j, t) {
    for (i = 2; i <= n; i++)
      for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
    middle = (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2
    printf "%-24s " format "  " format "  " format "\n", name, x[1], middle, x[n]
  }
  { speed[$2, $1] = $3; kernel[$2] = $4; n = $1 }
  END {
    for (i = 1; i <= n; i++) {
      a[i] = speed["lamina", i]; b[i] = speed["pytorch", i]; ratio[i] = a[i] / b[i]
    }
    print "\n                              min    median       max"
    spread("lamina, frames/s", "%8d", a, n)
    spread("pytorch, frames/s", "%8d", b, n)
    spread("ratio, pair by pair", "%8.3f", ratio, n)
    for (who in kernel)
      if (wanted != "" && tolower(kernel[who]) != tolower(wanted))
        print "warning: " who " ran on OpenBLAS kernel " kernel[who] ", this CPU wants " wanted
  }' "$results"
