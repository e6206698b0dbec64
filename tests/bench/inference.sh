#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# How long a model's network takes for one frame, on one thread: by f32 weights, by those in 8 bits,
# by OpenBLAS's sgemv and by ONNX Runtime.
#
#   sh tests/bench/inference.sh [MODEL [SOUND [ROUNDS]]]
#
# "layers, no zeros" is the multiplications alone with every input of every layer non-zero: the worst
# case, and the same work for all.  "network, sound" is the whole network on the frames of a sound,
# where most hidden units are zero and 8 bits leave those out.  Microseconds of the processor's clock,
# least and median; then the median of the ratios to f32 in the same turn.  ONNX Runtime runs in a
# process of its own, many frames a call, and takes turns with the others.
# Needs, beyond .ci/packages: apt-get install python3-onnx nodejs npm

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

model=${1:-presets/voice/voice.safetensors}
sound=${2:-tests/data/sound/unseen/noisy.flac}
rounds=${3:-3}
frames=20

project_build build
ninja -C build tests/bench/bench_inference
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Its install script fetches code for graphics cards, which is not wanted.
npm install --silent --ignore-scripts --prefix "$work" onnxruntime-node@1
/usr/bin/python3 tests/bench/onnx_model.py "$model" "$work/network.onnx" $frames

echo
sed -n 's/^model name[^:]*: /CPU: /p' /proc/cpuinfo | head -n 1
for round in $(seq "$rounds"); do
  echo "round $round, load $(cut -d' ' -f1 /proc/loadavg)       least median  ratio"
  OPENBLAS_NUM_THREADS=1 build/tests/bench/bench_inference "$model" "$sound"
  node tests/bench/onnx_time.js "$work" "$work/network.onnx" $frames |
    awk '{ printf "layers, no zeros     %-16s %6.1f %6.1f\n", "ONNX Runtime", $1, $2 }'
done
