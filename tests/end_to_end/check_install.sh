# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh check_install.sh BUILD LV2DIR: an installation holds what it should and nothing else, wherever it
# is put, and a host finds the plugins in it.

set -eu

build=$1
lv2=${2#/}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

meson install -C "$build" --no-rebuild --destdir "$place" > "$place.log" 2>&1 || {
  cat "$place.log"
  exit 1
}
rm "$place.log"

cd "$place"
prefix=$(dirname "$(dirname "$(find . -name lamina -path '*/bin/*')")")
(cd "$prefix" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) > found
sed "s,LV2,$lv2," > wanted << 'END'
LV2/lamina.lv2/denoise.ttl
LV2/lamina.lv2/lamina.ttl
LV2/lamina.lv2/lamina.so
LV2/lamina.lv2/manifest.ttl
LV2/lamina.lv2/morph.ttl
LV2/lamina.lv2/models/instruments.safetensors
LV2/lamina.lv2/models/instruments.yaml
LV2/lamina.lv2/models/music.safetensors
LV2/lamina.lv2/models/music.yaml
LV2/lamina.lv2/models/universal.safetensors
LV2/lamina.lv2/models/voice.safetensors
LV2/lamina.lv2/models/voice.yaml
LV2/lamina.lv2/models/voices-and-instruments.safetensors
LV2/lamina.lv2/music.ttl
LV2/lamina.lv2/trumpet.ttl
LV2/lamina.lv2/choir.ttl
LV2/lamina.lv2/orchestra.ttl
LV2/lamina.lv2/wandering.ttl
LV2/lamina.lv2/speaking.ttl
LV2/lamina.lv2/talking-trumpet.ttl
LV2/lamina.lv2/beaten.ttl
LV2/lamina.lv2/elements.ttl
LV2/lamina.lv2/universal.ttl
LV2/lamina.lv2/voice.ttl
bin/lamina
share/man/man1/lamina.1
share/metainfo/org.freedesktop.LinuxAudio.Plugins.Lamina.metainfo.xml
END
LC_ALL=C sort -o wanted wanted
diff wanted found

# A model is found where its preset says, and nothing points back to where it was built.
bundle=$prefix/$lv2/lamina.lv2
for preset in universal voice music; do
  test -s "$bundle/$(sed -n 's/.*<\(models[^>]*\)>.*/\1/p' "$bundle/$preset.ttl" | sort -u)"
done
# So is the one that a recipe goes on from: what is missing is sound.
for recipe in voice music instruments; do
  "$prefix/bin/lamina" train "$bundle/models/$recipe.yaml" --data nowhere -o new.safetensors 2> told ||
    grep -q '^lamina: nowhere: No such file' told
done
if readelf -d "$bundle/lamina.so" "$prefix/bin/lamina" | grep -E 'R(UN)?PATH'; then
  exit 1
fi
if command -v lv2ls > /dev/null; then
  LV2_PATH=$place/${prefix#./}/$lv2 lv2ls | LC_ALL=C sort > listed
  printf 'urn:lamina:%s\n' denoise-mono denoise-stereo morph-mono morph-stereo | diff - listed
fi
test "$("$prefix/bin/lamina" --version | cut -d' ' -f1)" = lamina
