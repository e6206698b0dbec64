#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Rebuild tests/data/sound from packages of Debian 12.
#
#   sh tests/data/make_sound.sh [PACKAGES]
#
# The packages are downloaded to the folder PACKAGES (default: a temporary one), unpacked there
# and not installed; together they are 0.6 GB.  What is taken from which package under which
# licence is written to sound/speech/MANIFEST.tsv and sound/noise/MANIFEST.tsv.
# Needs: apt-get dpkg-deb tar unzip awk sox

set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
sound=$here/sound
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=${1:-$work/packages}
mkdir -p "$packages"
packages=$(cd "$packages" && pwd)

# fetch PACKAGE: download once, unpack its sound to $packages/PACKAGE
fetch() {
  [ -d "$packages/$1" ] && return
  echo "fetch $1" >&2
  rm -rf "$work/unpack"
  mkdir "$work/unpack"
  (cd "$work/unpack" && apt-get download -qq "$1" 2>&1 | grep -v unsandboxed >&2) || :
  dpkg-deb --fsys-tarfile "$work/unpack/$1"_*.deb | tar -x -C "$work/unpack"
  rm "$work/unpack/$1"_*.deb
  # One game keeps its sound in an archive.
  find "$work/unpack" -name 'data.pk3' -exec unzip -qo {} 'sound/tutorial/*' -d "$work/unpack" \;
  mv "$work/unpack" "$packages/$1"
}

# row KIND FILE PACKAGE LICENCE SPLIT TAKEN: one line of the manifest
row() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$3" "$4" "$(soxi -D "$sound/$1/$2")" "$5" "$6" \
    >> "$sound/$1/MANIFEST.tsv"
}

# utterance IN OUT: mono, less rumble, peak at -3 dB, pauses turned further down, silence cut off
# both ends, a breath's pause added.
utterance() {
  sox -V1 -R "$1" -c 1 -b 16 "$2" remix - highpass 60 gain -n -3 \
    compand 0.005,0.12 6:-120,-150,-60,-85,-48,-60,-38,-40,-34,-34,0,0 0 -60 0.01 \
    silence 1 0.02 -50d reverse silence 1 0.02 -50d reverse pad 0.08 0.22
}

# speech SPEAKER/NAME PACKAGE LICENCE SPLIT TAKEN FILE...: utterances joined to one file
speech() {
  out=$1.ogg package=$2 licence=$3 split=$4 taken=$5
  shift 5
  rm -rf "$work/part"
  mkdir -p "$work/part" "$sound/speech/$(dirname "$out")"
  n=1000
  for f in "$@"; do
    n=$((n + 1))
    utterance "$f" "$work/part/$n.wav"
  done
  sox -V1 -R "$work"/part/*.wav -C 2 "$sound/speech/$out"
  row speech "$out" "$package" "$licence" "$split" "$taken"
}

# noise KIND/NAME PACKAGE LICENCE SPLIT TAKEN FILE...: takes joined with 50 ms of fade at each
# end, at the rate of the first
noise() {
  out=$1.ogg package=$2 licence=$3 split=$4 taken=$5
  shift 5
  rm -rf "$work/part"
  mkdir -p "$work/part" "$sound/noise/$(dirname "$out")"
  n=1000 rate=$(soxi -r "$1")
  for f in "$@"; do
    n=$((n + 1))
    sox -V1 -R "$f" -r "$rate" -c 1 -b 16 "$work/part/$n.wav" \
      remix - highpass 20 gain -n -6 fade 0.05 0 0.05
  done
  sox -V1 -R "$work"/part/*.wav -C 2 "$sound/noise/$out"
  row noise "$out" "$package" "$licence" "$split" "$taken"
}

# typing KIND/NAME SPLIT FIRST LAST: keys number FIRST to LAST struck one after the other, at
# uneven moments.
typing() {
  keys=$packages/bucklespring-data/usr/share/buckle/wav
  rm -rf "$work/part"
  mkdir -p "$work/part" "$sound/noise/$(dirname "$1")"
  # "01-0.wav" is key 1 going down, "01-1.wav" the same key coming up.
  find "$keys" -name '*-0.wav' | sort | sed 's,.*/,,; s/-0\.wav$//' |
    sed -n "$3,$4p" | while read -r key; do
    for way in 0 1; do
      [ -e "$keys/$key-$way.wav" ] || continue
      pause=$(printf '%d' "0x$key" |
        awk -v way=$way '{ print 0.04 + ($1 * 37 % 101) / (way ? 350 : 1400) }')
      sox -V1 -R "$keys/$key-$way.wav" -c 1 -b 16 "$work/part/$key-$way.wav" \
        remix - highpass 20 vol 0.9 pad 0 "$pause"
    done
  done
  sox -V1 -R "$work"/part/*.wav -C 2 "$sound/noise/$1.ogg" gain -n -6
  row noise "$1.ogg" bucklespring-data GPL-2+ "$2" "keys $3 to $4 of the list, down and up"
}

# takes PACKAGE LICENCE DIR SPLIT KIND/NAME FILE...: noise from files below DIR
takes() {
  package=$1 licence=$2 dir=$3 split=$4 name=$5
  shift 5
  taken=$*
  for f in "$@"; do
    set -- "$@" "$dir/$f"
    shift
  done
  noise "$name" "$package" "$licence" "$split" "$taken" "$@"
}

for p in klettres-data nexuiz-data festvox-ru wesnoth-1.16-data bucklespring-data \
  colobot-common-sounds lincity-ng-data extremetuxracer-data lmms-common; do
  fetch $p
done

rm -rf "$sound/speech" "$sound/noise" "$sound/instrument" "$sound/unseen"
mkdir -p "$sound/speech" "$sound/noise" "$sound/instrument" "$sound/unseen"
for kind in speech noise; do
  printf 'file\tpackage\tlicence\tseconds\tsplit\ttaken\n' > "$sound/$kind/MANIFEST.tsv"
done

# --- speech: words by seven people, sentences by two; one person is for validation
letters=$packages/klettres-data/usr/share/klettres
for l in de en he hu it nds nl; do
  split=train
  [ $l = de ] && split=valid
  # shellcheck disable=SC2012,SC2046
  for part in alpha syllab; do
    speech klettres-$l/$part klettres-data GPL-2+ "$split" "$l/$part/*.ogg, first 12" \
      $(ls -d "$letters/$l/$part"/*.ogg | head -n 12)
  done
done
tutorial=$packages/nexuiz-data/sound/tutorial
for t in 1-welcome 5-to_the_left_to_the_left 13-no_imitations 18-fire_then_fire \
  21-rocket_launcher 33-cr-vi 34-pierce_walls 39-srs_trouble; do
  speech nexuiz-tutor/$t nexuiz-data GPL-2+ train "sound/tutorial/$t.ogg" "$tutorial/$t.ogg"
done
sentences=$packages/festvox-ru/usr/share/festival/voices/russian/msu_ru_nsh_clunits/wav
for n in 0 1; do
  speech festvox-ru/sentences-$n festvox-ru BSD-like train "wav/ru_00${n}1.wav, ru_00${n}2.wav" \
    "$sentences/ru_00${n}1.wav" "$sentences/ru_00${n}2.wav"
done

# --- noise: nine kinds, some takes kept for validation
ambient=$packages/wesnoth-1.16-data/usr/share/games/wesnoth/1.16/data/core/sounds
machine=$packages/colobot-common-sounds/usr/share/games/colobot/sounds
town=$packages/lincity-ng-data/usr/share/games/lincity-ng/sounds

# wesnoth SPLIT KIND/NAME FILE..., colobot …, lincity …: takes of one package
wesnoth() { takes wesnoth-1.16-data GPL-2+ "$ambient" "$@"; }
colobot() { takes colobot-common-sounds GPL-3+ "$machine" "$@"; }
lincity() { takes lincity-ng-data GPL-2+ "$town" "$@"; }

wesnoth train sea/ship ambient/ship.ogg
wesnoth train fire/campfire ambient/campfire.ogg
wesnoth train birds/night ambient/night.ogg
wesnoth train birds/morning ambient/morning.ogg ambient/birds1.ogg ambient/birds2.ogg
wesnoth valid birds/birds ambient/birds3.ogg
wesnoth train storm/thunder rumble.ogg lightning.ogg
colobot train storm/wind sound076.wav
colobot train machine/steady sound049.wav sound044.wav sound004.wav
colobot train machine/beeping sound026.wav sound019.wav
colobot valid machine/blast sound074.wav sound057.wav
lincity train traffic/road TraficHigh1.wav TraficHigh2.wav TraficLow1.wav
lincity train traffic/rail RailTrain1.wav RailTrain2.wav
lincity valid traffic/mixed TraficHigh3.wav RailTrain3.wav
lincity train crowd/sport SportsCroud1.wav SportsCroud2.wav SportsCroud3.wav
lincity train crowd/town MarketMed1.wav ResidentialHigh1.wav
lincity valid crowd/school School3.wav
lincity train factory/floor IndustryHigh1.wav IndustryHigh2.wav Mill1.wav
lincity valid factory/harbor IndustryHigh3.wav Harbor1.wav
typing keyboard/first train 1 25
typing keyboard/second train 41 55
typing keyboard/third valid 71 80

# --- instruments: a flute and a guitar, as they are
for name in flute01 steel_guitar01; do
  cp "$packages/lmms-common/usr/share/lmms/samples/instruments/$name.ogg" "$sound/instrument/"
done

# --- unseen: a voice and a noise that the folders above do not hold, mixed at 5 dB
rm -rf "$work/part"
mkdir "$work/part"
for word in alpha/a alpha/b alpha/c syllab/say syllab/the syllab/sky syllab/well syllab/dog \
  syllab/car syllab/jet; do
  n=$((n + 1))
  utterance "$letters/en_GB/$word.ogg" "$work/part/$n.wav"
done
slide=$packages/extremetuxracer-data/usr/share/games/etr/sounds/mud_slide.wav
sox -V1 -R "$work"/part/*.wav -r 48000 -b 16 "$sound/unseen/clean.flac" gain -n -6
sox -V1 -R "$slide" -c 1 "$work/slide.wav" remix - highpass 20 gain -n -6
sox -V1 -R "$work/slide.wav" "$work/slide.wav" "$work/noise.wav" \
  splice "$(soxi -D "$work/slide.wav"),0.1" rate 48000 \
  trim 0 "$(soxi -s "$sound/unseen/clean.flac")s"
rms() { sox "$1" -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }'; }
gain=$(echo "$(rms "$sound/unseen/clean.flac") $(rms "$work/noise.wav")" |
  awk '{ printf "%.5f", $1 / $2 / 10 ^ (5 / 20) }')
sox -V1 -R -m -v 1 "$sound/unseen/clean.flac" -v "$gain" "$work/noise.wav" -b 16 \
  "$sound/unseen/noisy.flac"
