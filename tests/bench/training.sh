#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Speed of the training step against PyTorch on two networks with rectifiers: mini-batches of 1024,
# squared error, Adam, one and two threads, in float32 and, where the CPU and the build have it, in
# bfloat16: PyTorch by its autocast, both with weights in float32.
#
#   sh tests/bench/training.sh [ROUNDS [SECONDS]]
#
# The two take turns, ROUNDS times (default 7) for SECONDS (default 4), so that both meet the same
# neighbors on the machine.  The clock is the processor's with one thread, which neighbors do not
# slow down, and the wall's with two, since threads that wait for each other cost time but no work;
# two threads therefore want a machine that does nothing else, and the load is printed beside them.
# PyTorch gets the OpenBLAS kernel that suits this CPU (Debian's guess is wrong on recent ones), as
# many threads, its widest vector unit, and Adam over all layers at once.  The loss of the last step
# shows that both learn.
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

precisions='float32 bfloat16'
build/tests/bench/bench_training 16-16 1 0.01 bfloat16 > /dev/null || precisions=float32

results=$(mktemp)
trap 'rm -f "$results"' EXIT
# lamina, pytorch: NETWORK THREADS PRECISION
lamina() {
  build/tests/bench/bench_training "$1" "$2" "$seconds" "$3"
}
pytorch() {
  env OPENBLAS_NUM_THREADS="$2" OMP_NUM_THREADS="$2" ${kernel:+OPENBLAS_CORETYPE=$kernel} \
    ${capability:+ATEN_CPU_CAPABILITY=$capability} \
    /usr/bin/python3 tests/bench/torch_training.py "$1" "$2" "$seconds" "$3"
}

echo
sed -n 's/^model name[^:]*: /CPU: /p' /proc/cpuinfo | head -n 1
echo "network                    threads  precision  round  who      frames/s  kernel    loss      load"
for round in $(seq "$rounds"); do
  for network in 513-512-256-64-256-512-513 2313-1024-1024-513; do
    for threads in 1 2; do
      for precision in $precisions; do
        for who in lamina pytorch; do
          echo "$network $threads $precision $round $who" \
            "$($who $network $threads $precision) $(cut -d' ' -f1 /proc/loadavg)" |
            tee -a "$results" |
            awk '{ printf "%-26s %7d  %-9s  %5d  %-7s  %8d  %-8s  %s  %s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }'
        done
      done
    done
  done
done

awk -v wanted="$kernel" '
  # The least, the middle and the greatest of x[1…n], as text.
  function spread(format, x, n,   i, j, t) {
    for (i = 2; i <= n; i++)
      for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
    t = (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2
    return sprintf(format " " format " " format, x[1], t, x[n])
  }
  {
    setting = sprintf("%-26s %7d  %-9s", $1, $2, $3)
    if (!(setting in seen)) { seen[setting] = 1; settings[++n_settings] = setting }
    speed[setting, $5, $4] = $6
    kernel[$5] = $7
    n = $4
  }
  END {
    print "\nmin, median, max:"
    printf "%-26s threads  precision  %-23s  %-23s  %s\n", "network", "lamina, frames/s",
      "pytorch, frames/s", "ratio, pair by pair"
    for (s = 1; s <= n_settings; s++) {
      for (i = 1; i <= n; i++) {
        a[i] = speed[settings[s], "lamina", i]
        b[i] = speed[settings[s], "pytorch", i]
        ratio[i] = a[i] / b[i]
      }
      print settings[s] "  " spread("%7d", a, n) "  " spread("%7d", b, n) "  " \
        spread("%6.3f", ratio, n)
    }
    for (who in kernel)
      if (wanted != "" && tolower(kernel[who]) != tolower(wanted))
        print "warning: " who " ran on OpenBLAS kernel " kernel[who] ", this CPU wants " wanted
  }' "$results"
