#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Trainings that are killed by SIGKILL at random moments and resumed, at one thread or two, against
# one that was never stopped: the bytes of the models must be the same.
#
#   sh tests/bench/kill.sh [KILLS [SEED]]
#
# KILLS (default 50) in every stage of a denoiser, an autoencoder and a classifier: while files are
# opened, in each layer, end to end, and while the finished model is scored.  A model is killed once
# at most in each of these, so that what is compared has been killed up to five times.

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_build build
ninja -C build training/lamina tests/end_to_end/test_kill
build/tests/end_to_end/test_kill "${1:-50}" "${2:-$(date +%s)}"
