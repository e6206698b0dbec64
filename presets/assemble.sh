# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh assemble.sh STAMP BUNDLE FILE...: lay files as an LV2 bundle, models in their own folder.

set -eu

stamp=$1
bundle=$2
shift 2

rm -rf "$bundle"
mkdir -p "$bundle/models"
for file in "$@"; do
  case $file in
    *.safetensors) cp "$file" "$bundle/models/" ;;
    *) cp "$file" "$bundle/" ;;
  esac
done
touch "$stamp"
