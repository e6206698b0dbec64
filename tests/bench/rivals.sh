#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# The model beside other programs that take noise out: a table of scores on the same mixtures, and
# the processor time of each.
#
#   sh tests/bench/rivals.sh --data DIR --noise DIR [OPTION OF lamina evaluate]...
#
# $MODEL is another model than presets/voice.  It needs the Debian packages named below, and the npm
# registry once.  Nothing of this is needed to build or to test.

set -eu
cd "$(dirname "$0")/../.."
. .ci/setup.sh

packages="bash ffmpeg g++ libspeexdsp-dev libwebrtc-audio-processing-dev nodejs npm sox util-linux"
missing=
for package in $packages; do
  case $package in
    nodejs) command -v node > /dev/null ;;
    npm) command -v npm > /dev/null ;;
    *) dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -q '^installed' ;;
  esac || missing="$missing $package"
done
if [ -n "$missing" ] || [ $# = 0 ]; then
  [ -z "$missing" ] || echo "rivals.sh: install first:$missing" >&2
  sed -n 's/^#   sh/usage: sh/p' "$0" >&2
  exit 1
fi

project_build build
RIVALS_FOLDER=$PWD/build/rivals
export RIVALS_FOLDER
mkdir -p "$RIVALS_FOLDER"
npm install --silent --no-save --prefix "$RIVALS_FOLDER" \
  @jitsi/rnnoise-wasm@0.2.1 @shiguredo/rnnoise-wasm@2025.1.5
for name in rnnoise rnnoise-sync; do
  cp "$RIVALS_FOLDER/node_modules/@jitsi/rnnoise-wasm/dist/$name.js" "$RIVALS_FOLDER/$name.mjs"
done
# shellcheck disable=SC2046 # lists of options
cc -O2 tests/bench/rivals/speex.c -o "$RIVALS_FOLDER/speex" \
  $(pkg-config --cflags --libs speexdsp sndfile)
# shellcheck disable=SC2046
c++ -O2 tests/bench/rivals/webrtc.cpp -o "$RIVALS_FOLDER/webrtc" \
  $(pkg-config --cflags --libs webrtc-audio-processing sndfile)

model=${MODEL:-presets/voice/voice.safetensors}
lamina=build/training/lamina
rnnoise="node tests/bench/rivals/rnnoise.mjs"
speex="$RIVALS_FOLDER/speex {in} {out}"
webrtc="$RIVALS_FOLDER/webrtc {in} {out}"
sox="sox {noise} -n noiseprof {out}.profile && sox {in} {out} noisered {out}.profile 0.21"
ffmpeg="ffmpeg -nostdin -y -loglevel error"
afftdn="$ffmpeg -i {in} -af afftdn=nr=24:nf=-25 {out}"
learned="$ffmpeg -i {noise} -i {in} -filter_complex \"[0][1]concat=n=2:v=0:a=1,\
asendcmd=c='0 afftdn sn start;1 afftdn sn stop',afftdn=nr=24:nf=-25,\
atrim=start=1,asetpts=PTS-STARTPTS\" {out}"

"$lamina" evaluate "$model" \
  --against "RNNoise small=$rnnoise small {in} {out}" \
  --against "RNNoise jitsi=$rnnoise jitsi {in} {out}" \
  --against "RNNoise shiguredo=$rnnoise shiguredo {in} {out}" \
  --against "speexdsp=$speex" \
  --against "WebRTC=$webrtc" \
  --against "sox, 1 s learned=$sox" \
  --against "afftdn=$afftdn" \
  --against "afftdn, 1 s learned=$learned" \
  "$@"

# Processor time: what a minute more of sound costs, so that no start of a program counts; the least
# of a few rounds, in which all take turns.
sed -n 's/^model name[^:]*: /\nCPU: /p' /proc/cpuinfo | head -n 2
for seconds in 10 70; do
  sox -R -n -r 48000 -b 16 -c 1 "$RIVALS_FOLDER/$seconds.wav" \
    synth "$seconds" pinknoise tremolo 3 90 vol 0.3
done
sox -R -n -r 48000 -b 16 -c 1 "$RIVALS_FOLDER/noise.wav" synth 1 pinknoise vol 0.05

# spend NAME COMMAND: write down NAME, seconds of sound and of processor time, for either length
spend() {
  for seconds in 10 70; do
    command=$(printf '%s\n' "$2" | sed "s|{in}|$RIVALS_FOLDER/$seconds.wav|g
      s|{out}|$RIVALS_FOLDER/out.wav|g; s|{noise}|$RIVALS_FOLDER/noise.wav|g")
    spent=$(COMMAND=$command taskset -c 0 bash -c \
      'TIMEFORMAT="%3U %3S"; { time eval "$COMMAND" > /dev/null 2>&1; } 2>&1')
    printf '%s\t%s\t%s\n' "$1" "$seconds" "$spent" >> "$RIVALS_FOLDER/spent"
  done
}

: > "$RIVALS_FOLDER/spent"
for _ in 1 2 3 4 5; do
  spend lamina "$lamina denoise $model {in} {out}"
  spend "RNNoise small" "$rnnoise small {in} {out}"
  spend "RNNoise jitsi" "$rnnoise jitsi {in} {out}"
  spend "RNNoise shiguredo" "$rnnoise shiguredo {in} {out}"
  spend speexdsp "$speex"
  spend WebRTC "$webrtc"
  spend "sox, 1 s learned" "$sox"
  spend afftdn "$afftdn"
done
awk -F '\t' '
  { split($3, time, " ")
    spent = time[1] + time[2]
    if (!(($1, $2) in least) || spent < least[$1, $2]) least[$1, $2] = spent
    if (!($1 in seen)) names[++n] = $1
    seen[$1] = 1 }
  END {
    print "\n| one channel at 48 kHz | ms of one core a second |\n|:---|---:|"
    for (i = 1; i <= n; ++i)
      printf "| %s | %.2f |\n", names[i], 1000 * (least[names[i], 70] - least[names[i], 10]) / 60
    print "\nRNNoise runs as WebAssembly, all others as native code."
  }' "$RIVALS_FOLDER/spent"
