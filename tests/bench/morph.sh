#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# How well notes of one instrument take on the timbre of another, beside a cross-fade.
#
#   sh tests/bench/morph.sh FOLDER
#
# FOLDER has single notes as INSTRUMENT/SOURCE-KEY-VELOCITY.wav, KEY of three digits as in MIDI.
# Thirteen pairs of instruments play in unison and four and seven semitones apart; a note that is
# not there is taken from a semitone beside and transposed by its rate.  Of every sound 0.75 s
# after the attack are measured at amounts 0, 1/4, 1/2, 3/4 and 1:
#
#   cents   pitch, by YIN: largest difference from the player's
#   from    rms difference of the mean envelopes of player and target, dB
#   reach   the same of the morph at amount 1 and the target
#   linear  largest distance of the power's centroid, in octaves, from a straight way between its
#           two ends, over the length of that way
#   even    standard deviation over mean of the spectral distances of neighboring amounts: rms over
#           the bins to 20 kHz, none more than 60 dB below its frame's loudest, mean over frames
#   new     what the best sum of the magnitudes of player and target leaves unexplained at amount
#           1/2, over the magnitude
#
# "shift", "half" and "replace" are morphs with expression 1, 0.5 and 0.  The last lines are medians.

set -eu
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_build build
ninja -C build tests/bench/bench_morph
build/tests/bench/bench_morph "$folder"
