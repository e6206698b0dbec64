#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# The stack of the morph presets beside the topologies of other tools, on the same frames of the
# same notes, for the same processor time: what is lost of whole spectra of instruments that none of
# them has heard.
#
#   sh tests/bench/timbre.sh FOLDER [SECONDS [SEEDS]]
#
# FOLDER has a folder of notes for each instrument; a tenth of the instruments, drawn by the seed, is
# kept to judge by.  Every training may take SECONDS (60) of one thread, apart from reading; how many
# mini-batches that is comes from a short training before.  Ours is trained with a code of 8, as most
# of the others, and with one of 256.

set -eu
folder=$(cd "$1" && pwd)
seconds=${2:-60}
seeds=${3:-3}
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_configure build
ninja -C build training/lamina > /dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# train RECIPE CODE SEED STEPS...: processor seconds of `lamina train`; STEPS are settings
train() {
  recipe=tests/bench/timbre/$1.yaml
  last=$(grep -c '^  - { units' "$recipe")
  code=$2
  seed=$3
  shift 3
  (
    build/training/lamina train "$recipe" --data "$folder" --threads 1 \
      --set spectrum.by_group=yes --set "seed=$seed" --set "layers.$((last - 1)).units=$code" \
      "$@" -o "$work/model.safetensors" > "$work/log" 2>&1 || cat "$work/log" >&2
    times
  ) | awk 'NR == 2 { split($0, t, /[ms ]+/); print t[1] * 60 + t[2] + t[3] * 60 + t[4] }'
}

# rounds RECIPE CODE: mini-batches that fit into the seconds
rounds() {
  none=$(train "$1" "$2" 1 --set pretrain.steps=0 --set fine_tune.steps=1)
  echo "$none" > "$work/none"
  some=$(train "$1" "$2" 1 --set pretrain.steps=0 --set fine_tune.steps=201 \
    --set fine_tune.validate_every=201)
  awk -v a="$none" -v b="$some" -v s="$seconds" \
    'BEGIN { n = s * 200 / (b > a ? b - a : b); print (n > 20 ? int(n) : 20) }'
}

# row NAME RECIPE CODE SEED STEPS: a tenth of the steps goes to each layer where layers are trained
row() {
  layers=$(sed -n 's/^pretrain: { steps: 0,.*/0/p; s/^pretrain: .*/1/p' "tests/bench/timbre/$2.yaml" |
    head -n 1)
  each=$((${layers:-0} * $5 / 10))
  ends=$(($5 - each * 3 / 2))
  spent=$(train "$2" "$3" "$4" --set "pretrain.steps=$each" --set "fine_tune.steps=$ends" \
    --set "fine_tune.validate_every=$((ends / 10 + 1))" --set "pretrain.validate_every=$((each + 1))")
  spent=$(awk -v all="$spent" '{ printf "%.0f", all - $1 }' "$work/none")
  sed -n 's/^On .*: RMSE \([0-9.]*\) dB with a code of \([0-9]*\); as many principal components \([0-9.]*\) dB.*/\2 \1 \3/p' \
    "$work/log" | while read -r size ours pca; do
    echo "| $1 | $size | $4 | $5 | $spent | $ours | $pca |"
  done
}

echo '| recipe | code | seed | mini-batches | processor, s | RMSE, dB | principal components, dB |'
echo '|:---|---:|---:|---:|---:|---:|---:|'
for entry in ours:8 canne8:8 sarroff:8 vschaos8:8 ours:256 lts256:256; do
  recipe=${entry%:*}
  code=${entry#*:}
  steps=$(rounds "$recipe" "$code")
  seed=1
  while [ "$seed" -le "$seeds" ]; do
    row "$recipe" "$recipe" "$code" "$seed" "$steps"
    seed=$((seed + 1))
  done
done
