#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# What hours of silence cost the plugin, hour by hour.
#
#   sh tests/bench/silence.sh [HOURS]

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_build build
ninja -C build tests/bench/bench_silence
sed -n 's/^model name[^:]*: /CPU: /p' /proc/cpuinfo | head -n 1
LV2_PATH=$PWD/build/lv2:/usr/lib/lv2 build/tests/bench/bench_silence "${1:-24}"
