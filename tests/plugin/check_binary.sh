# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh check_binary.sh lamina.so: exports the entry point alone; links no BLAS and no X11.

set -eu

exported=$(nm -D --defined-only "$1" | awk '{ print $NF }')
if [ "$exported" != lv2_descriptor ]; then
  echo "exports more than lv2_descriptor:" "$exported" >&2
  exit 1
fi

needed=$(readelf -d "$1" | grep NEEDED)
if echo "$needed" | grep -Ei 'blas|libX|cairo'; then
  echo "links what a plugin must not" >&2
  exit 1
fi
echo "$needed"
