#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Build with every warning an error and run all tests: plain, and under the address and
# undefined-behavior sanitizers; the plugins' threads under the thread sanitizer; some seconds of
# every fuzzer; and the layout of the sources.

set -eu
cd "$(dirname "$0")"
. .ci/setup.sh

packages_install

echo "== Tests"
project_build build -Dwerror=true
meson test -C build -v

echo "== Tests under the sanitizers"
project_build build-asan -Dwerror=true -Dbuildtype=debug -Doptimization=1 \
  -Db_sanitize=address,undefined -Db_lundef=false
ASAN_OPTIONS=detect_stack_use_after_return=1 \
  LSAN_OPTIONS="suppressions=$PWD/.ci/leaks:print_suppressions=0" \
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
  meson test -C build-asan -v --timeout-multiplier 4

echo "== Threads under the sanitizer"
project_configure build-tsan -Dwerror=true -Dbuildtype=debug -Doptimization=1 \
  -Db_sanitize=thread -Db_lundef=false
meson test -C build-tsan -v --timeout-multiplier 8 \
  "plugin threads" "plugin model_slot" "plugin memory_slot" "plugin display"

echo "== Fuzzers"
CC=clang project_configure build-fuzz -Dfuzz=enabled -Dbuildtype=debug -Doptimization=2 \
  -Db_sanitize=address,undefined -Db_lundef=false
ninja -C build-fuzz fuzzers
sh tests/fuzz/run.sh build-fuzz 10

echo "== Layout"
find dsp training plugin tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +

echo "== All tests passed"
