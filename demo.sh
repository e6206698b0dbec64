#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Train a small denoiser on the recordings that come with the sources, clean a recording that it
# has not heard, by the command line tool and by the LV2 plugin, and leave sounds and a picture in
# demo-output.

set -eu
cd "$(dirname "$0")"
. .ci/setup.sh

out=demo-output
sound=tests/data/sound
noisy=$sound/unseen/noisy.flac
clean=$sound/unseen/clean.flac
voice=presets/voice/voice.safetensors
small=$out/small.safetensors

step() {
  printf '\n== %s\n' "$*"
}

step "Build"
packages_install
project_build build
PATH=$PWD/build/training:$PWD/build/tests/support:$PATH
LV2_PATH=$PWD/build/lv2:/usr/lib/lv2
export PATH LV2_PATH
mkdir -p $out
rm -f $small $small.checkpoint

step "Train a small denoiser on the speech and noise of $sound"
lamina train tests/data/demo.yaml --data $sound/speech --noise $sound/noise -o $small

step "Clean a voice in a noise that it has not heard: $noisy"
cp $noisy $clean $out
lamina denoise $small $noisy $out/cleaned-by-small.wav
lamina denoise $voice $noisy $out/cleaned-by-voice.wav

for model in $small $voice; do
  step "Scores of $model, before and after"
  lamina evaluate "$model" --clean $clean --noisy $noisy
done

step "Draw before, after and clean"
lamina picture $out/spectrograms.png "$noisy=Before" \
  "$out/cleaned-by-small.wav=After, by the small model" \
  "$out/cleaned-by-voice.wav=After, by the voice preset" "$clean=Clean"

step "Run the LV2 plugin over the same recording"
lv2info urn:lamina:denoise-mono
for name in small voice; do
  model=$small
  [ $name = small ] || model=$voice
  lamina-host urn:lamina:denoise-mono $noisy $out/plugin-$name.wav \
    --model "$PWD/$model" --block random
  printf 'The plugin agrees with the command line tool, %s model: ' $name
  lamina-difference $out/cleaned-by-$name.wav $out/plugin-$name.wav 100
done

step "Done: look and listen in $PWD/$out"
ls $out
