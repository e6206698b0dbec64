# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh jalv.sh PLUGIN MANIFEST OUT.wav: play a sine through a plugin in jalv, on a JACK without a
# sound card, with the preset for it that a bundle's manifest names, and record two seconds:
# the sine, and the plugin's first output.

set -eu
plugin=$1
preset=$(grep -o "urn:lamina:preset:[^>]*:${plugin##*:}" "$2" | head -n 1)
out=$3

JACK_DEFAULT_SERVER=lamina-$$
JACK_NO_START_SERVER=1
JACK_NO_AUDIO_RESERVATION=1
export JACK_DEFAULT_SERVER JACK_NO_START_SERVER JACK_NO_AUDIO_RESERVATION

pids=
trap 'for pid in $pids; do kill "$pid" 2> /dev/null || true; done' EXIT

jackd -r -t 20000 -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 1024 > "$out.jackd" 2>&1 &
pids=$!
jack_wait -w -t 20 > /dev/null
# It knows a preset only once it has listed all, and ends with its input.
{ sleep 2; echo presets; sleep 1; echo "preset $preset"; sleep 30; } 2> /dev/null |
  timeout 60 jalv -n lamina "$plugin" > "$out.jalv" 2>&1 &
pids="$pids $!"
jack_simple_client sine > "$out.sine" 2>&1 &
pids="$pids $!"

for i in 1 2 3 4 5 6 7 8 9 10; do
  if jack_lsp | grep -q '^lamina:out' && jack_lsp | grep -q '^sine:output1'; then
    break
  fi
  sleep 1
done
for port in $(jack_lsp | grep '^lamina:in'); do
  jack_connect sine:output1 "$port"
done
# The preset comes after three seconds, and is heard two later.
sleep 8
timeout 20 jack_rec -f "$out" -d 2 -b 24 sine:output1 \
  "$(jack_lsp | grep '^lamina:out' | head -n 1)"
