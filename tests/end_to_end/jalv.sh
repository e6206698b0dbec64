# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh jalv.sh PLUGIN MANIFEST OUT.wav [SYMBOL=VALUE...]: play a metronome through a plugin in jalv, on
# a JACK without a sound card, with the preset for it that a bundle's manifest names, and record
# three seconds: the metronome, and the plugin's first output.
#
# The values are the preset's: without a window, jalv restores the state of a preset and forgets its
# controls when a plugin need not be stopped for it (state:threadSafeRestore).

set -eu
plugin=$1
preset=$(grep -o "urn:lamina:preset:[^>]*:${plugin##*:}" "$2" | head -n 1)
out=$3
shift 3
for value in "$@"; do
  set -- "$@" -c "$value"
  shift
done

JACK_NO_START_SERVER=1
JACK_NO_AUDIO_RESERVATION=1
export JACK_NO_START_SERVER JACK_NO_AUDIO_RESERVATION

jackd=
pids=
# Clients first: they end by asking the server.  That gives its place back at its end.
stop() {
  for pid in $pids $jackd; do
    kill "$pid" 2> /dev/null || true
    wait "$pid" || true
  done
}
trap 'exit 1' INT TERM
trap stop EXIT

# start_jackd NAME: start a server.  Fails when there is one of the name.
start_jackd() {
  jackd -r -t 20000 -n "$1" -d dummy -r 48000 -p 1024 > "$out.jackd" 2>&1 &
  jackd=$!
  until grep -q 'JACK server starting\|Failed to open server' "$out.jackd"; do
    kill -0 $jackd 2> /dev/null || return 1
    sleep 0.1
  done
  ! grep -q 'Failed to open server' "$out.jackd"
}

# JACK has places for eight servers, and one that was killed keeps its place until another comes by
# its name.  So few names are used.
for n in 1 2 3 4 none; do
  JACK_DEFAULT_SERVER=lamina-$n
  export JACK_DEFAULT_SERVER
  if start_jackd "$JACK_DEFAULT_SERVER"; then
    break
  fi
done
jack_wait -w -t 20 > /dev/null
# It knows a preset only once it has listed all, and ends with its input.
{ sleep 2; echo presets; sleep 1; echo "preset $preset"; sleep 30; } 2> /dev/null |
  timeout -k 5 60 jalv -n lamina "$@" "$plugin" > "$out.jalv" 2>&1 &
pids=$!
# Short clicks: a filter can be heard in them.  Soft ones: recordings are cut off at full scale.
timeout -k 5 60 jack_metro -n metronome -b 120 -f 3000 -D 2 -A 0.05 > "$out.metronome" 2>&1 &
pids="$pids $!"

for i in 1 2 3 4 5 6 7 8 9 10; do
  if jack_lsp | grep -q '^lamina:out' && jack_lsp | grep -q '^metronome:120_bpm'; then
    break
  fi
  sleep 1
done
for port in $(jack_lsp | grep '^lamina:in'); do
  jack_connect metronome:120_bpm "$port"
done
# The preset comes after three seconds, and is heard two later.
sleep 8
timeout 20 jack_rec -f "$out" -d 3 -b 32 metronome:120_bpm \
  "$(jack_lsp | grep '^lamina:out' | head -n 1)"
