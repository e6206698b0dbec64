#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Peak memory of a training on the recordings of tests/data/sound, and on ten and a hundred times
# as many.
#
#   sh tests/bench/memory.sh
#
# Needs, beyond .ci/packages: apt-get install time

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_build build
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for times in 1 10 100; do
  for copy in $(seq "$times"); do
    mkdir -p "$folder/$times/sound" "$folder/$times/noise"
    cp -r tests/data/sound/speech "$folder/$times/sound/$copy"
    cp -r tests/data/sound/noise "$folder/$times/noise/$copy"
  done
  printf '%4d times the recordings: ' "$times"
  env time -f '%M KiB at most' build/training/lamina train tests/data/demo.yaml -t 1 \
    --data "$folder/$times/sound" --noise "$folder/$times/noise" -o "$folder/model.safetensors" \
    --set pretrain.steps=20 --set fine_tune.steps=100 2>&1 > "$folder/log" | tail -n 1
done
