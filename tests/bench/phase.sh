#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# How well sounds are made anew from their magnitudes alone, in spectral convergence, dB: with phases by
# chance, by real-time phase gradient heap integration, and as Lamina Morph generates them at amount 0,
# which lets frames keep their phases when much of them is new.  Hann windows of 2048 samples, every 512.
#
#   sh tests/bench/phase.sh SOUND...

set -eu
if [ $# = 0 ]; then
  sed -n 's/^#   sh/usage: sh/p' "$0" >&2
  exit 1
fi
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$PWD
cd "$top"
. .ci/setup.sh

project_configure build
ninja -C build tests/bench/bench_phase > /dev/null
cd "$here"
exec "$top/build/tests/bench/bench_phase" "$@"
