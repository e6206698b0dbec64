#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Whether greedy pre-training pays for a denoiser: two trainings per seed of about equal processor
# time, one of which spends a part of it on its layers one by one, and what each is worth on clips
# that neither has heard.
#
#   sh tests/bench/greedy.sh --data DIR --noise DIR [STEPS [SEEDS]]
#
# STEPS (1000) are those of the one that begins at random; a tenth of them goes to each of the three
# layers of the other.

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

if [ $# -lt 4 ] || [ "$1" != --data ] || [ "$3" != --noise ]; then
  sed -n 's/^#   sh/usage: sh/p' "$0" >&2
  exit 1
fi
speech=$2
noise=$4
steps=${5:-1000}
seeds=${6:-3}

project_build build
lamina=$PWD/build/training/lamina
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# train NAME SEED PRETRAIN FINE_TUNE: small mini-batches of speech alone.
train() {
  "$lamina" train presets/universal/first.yaml --data "$speech" --noise "$noise" \
    --set mixture.music_share=0 --set batch.streams=8 --set batch.frames=128 \
    --set batch.lead=128 --set "seed=$2" --set "pretrain.steps=$3" \
    --set "fine_tune.steps=$4" --set fine_tune.warmup=50 \
    --set fine_tune.validate_every=100 -o "$work/model.safetensors" > "$work/log" 2>&1
  seconds=$(sed -n 's/^wrote .* after \([0-9]*\) s.*/\1/p' "$work/log")
  "$lamina" evaluate "$work/model.safetensors" --data "$speech" --noise "$noise" --items 40 \
    --snr 0,5,10 2> /dev/null > "$work/scores"
  gain=$(sed -n 's/^| all | lamina | [0-9]* | [^|]* | \([^|]*\) | .*/\1/p' "$work/scores" | head -n 1)
  echo "| $1 | $2 | $seconds | $gain |"
}

echo '| start | seed | seconds | SI-SDR gain, dB |'
echo '|:---|---:|---:|---:|'
seed=1
while [ "$seed" -le "$seeds" ]; do
  train greedy "$seed" $((steps / 10)) $((steps * 7 / 10))
  train random "$seed" 0 "$steps"
  seed=$((seed + 1))
done
