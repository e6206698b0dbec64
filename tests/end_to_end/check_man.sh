# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sh check_man.sh PAGE LAMINA: the manual page is well made and knows every command and every option
# that the program tells of.  Status 77, skipped, without mandoc.

set -eu

page=$1
lamina=$2
command -v mandoc > /dev/null || exit 77

mandoc -Tlint -W warning "$page"
text=$(mandoc -Tascii "$page" | sed 's/.\x08//g')
status=0

# missing WORD OF: complain unless the page has WORD
missing() {
  printf '%s\n' "$text" | grep -qE -e "(^|[^a-z-])$1([^a-z-]|\$)" && return
  echo "$page has nothing of $1 of $2" >&2
  status=1
}

for command in $("$lamina" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  missing "lamina $command" "lamina --help"
  for option in $("$lamina" "$command" --help | grep -oE -e '--[a-z-]+' | sort -u); do
    missing "$option" "lamina $command --help"
  done
done
exit $status
