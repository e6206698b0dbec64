# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh check_reuse.sh SOURCES: every file says who may use it.  The files under version control are
# copied to where LICENSES can lie at the top, as the tool wants.  Status 77, skipped, without the
# tool or version control.

set -eu

cd "$1"
command -v reuse > /dev/null || exit 77
git rev-parse --git-dir > /dev/null 2>&1 || exit 77

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# What was deleted and is still listed is left out.
git ls-files -co --exclude-standard | while read -r file; do
  [ ! -e "$file" ] || printf '%s\n' "$file"
done | tar cf - -T - | tar xf - -C "$copy"
mkdir "$copy/LICENSES"
cp "$copy/LICENSE" "$copy/LICENSES/GPL-3.0-or-later.txt"
cp "$copy"/.reuse/LICENSES/* "$copy/LICENSES"
reuse --root "$copy" lint > "$copy.log" || {
  cat "$copy.log"
  rm "$copy.log"
  exit 1
}
rm "$copy.log"
