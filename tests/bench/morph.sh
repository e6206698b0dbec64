#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# How well sounds of one instrument take on the timbre of another, by the morpher and by others.
#
#   sh tests/bench/morph.sh NOTES [OPTION]...
#
#     --model MODEL   a morph model; presets/instruments otherwise
#     --frames MODEL  an autoencoder of whole frames, of tests/bench/timbre/canne8.yaml
#     --drums DIR     folder of hits, for a loop
#     --speech FILE   words, 1.25 s at least
#     --csound CSD    tests/bench/morph/pvsmorph.csd; needs Debian's csound
#     --way NAME      this way alone, as the table names it
#
# NOTES has single notes as INSTRUMENT/SOURCE-KEY-VELOCITY.wav, KEY of three digits as in MIDI.
# Twenty-three pairs of instruments play in unison and four and seven semitones apart; a note that is
# not there is taken from a semitone beside and transposed by its rate.  A chord, the drums and the
# speech go to a note.  Of every sound 0.75 s are measured, of notes after the attack, at amounts
# 0, 1/4, 1/2, 3/4 and 1:
#
#   pitch         by YIN: largest difference from the player's; not of chord, drums and speech
#   stereo        largest change of the channels' difference in level; the player's right channel is
#                 6 dB softer than the left one, the target's 6 dB louder
#   from          rms difference of the mean envelopes of player and target
#   sampled       the same of harmonics at the player's pitch, as loud as the target's envelope
#                 says, and the target: what they do not show of it; means nothing for chord, drums
#                 and speech
#   reach         the same of the morph at amount 1 and the target
#   linearity     largest distance of the power's centroid, in octaves, from a straight way between
#                 its two ends, over the length of that way
#   evenness      standard deviation over mean of the spectral distances of neighboring amounts: rms
#                 over the bins to 20 kHz, none more than 60 dB below its frame's loudest, mean over
#                 frames
#   non-mixture   what the best sum of the magnitudes of player and target leaves unexplained at
#                 amount 1/2, over the magnitude
#
# "raw" morphs go straight in decibels, "model" ones through the model's code; shift, half and
# replace have expression 1, 0.5 and 0.  "tight", "live" and "generate" are model-half in the other modes
# and with the other output.  "frames" goes between the codes of whole frames, with phases
# by gradient integration.  "pvsmorph" is Csound's, in unison alone.  The last lines are medians.

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
ninja -C build tests/bench/bench_morph > /dev/null
cd "$here"
exec "$top/build/tests/bench/bench_morph" --model "$top/presets/instruments/instruments.safetensors" "$@"
