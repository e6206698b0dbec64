# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh run.sh BUILD SECONDS [LIBFUZZER OPTION...]: every fuzzer of a build for so long, starting from
# the inputs that were kept.  What it finds on the way goes to BUILD/corpus; an input that fails
# stays there as FUZZER-KIND-HASH.

set -eu
build=$1
seconds=$2
shift 2
here=$(dirname "$0")
# What was freed is watched for a while; a cache's size of it is as much as an input needs, and three
# times as fast as the usual 256 MB.  Folders are made in memory.
ASAN_OPTIONS=${ASAN_OPTIONS-quarantine_size_mb=8:malloc_context_size=8}
TMPDIR=${TMPDIR-$(test -d /dev/shm && echo /dev/shm || echo /tmp)}
export ASAN_OPTIONS TMPDIR

for kept in "$here"/corpus/*; do
  name=${kept##*/}
  found=$build/corpus/$name
  mkdir -p "$found"
  echo "-- $name"
  "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -malloc_limit_mb=64 \
    -artifact_prefix="$build/corpus/$name-" "$@" "$found" "$kept" > "$found.log" 2>&1 || {
    tail -n 60 "$found.log"
    exit 1
  }
  tail -n 1 "$found.log"
done
