#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# How much of one core the plugins take with their own models, stereo at 48 kHz.
#
#   sh tests/bench/plugin.sh [SECONDS]

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

project_build build
ninja -C build tests/bench/bench_plugin
sed -n 's/^model name[^:]*: /CPU: /p' /proc/cpuinfo | head -n 1
LV2_PATH=$PWD/build/lv2:/usr/lib/lv2 build/tests/bench/bench_plugin "${1:-20}"
