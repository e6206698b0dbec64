# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Sourced by demo.sh and test.sh, which stand in the top folder and have gone there.

# packages_install: install those of .ci/packages that are missing, and touch nothing otherwise
packages_install() {
  command -v dpkg-query > /dev/null || return 0
  missing=
  for package in $(sed 's/#.*//' .ci/packages); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] ||
      missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "Installing:$missing"
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  # shellcheck disable=SC2086 # the list is meant to be split
  apt_install $missing || { $as_root apt-get update -q && apt_install $missing; }
}

# apt_install PACKAGE...: without questions, as root or through sudo
apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# project_configure FOLDER [MESON OPTION...]: configure FOLDER, or bring its options up to date
project_configure() {
  configured=$1 # Scripts that source this have names of their own
  shift
  if [ ! -e "$configured/build.ninja" ]; then
    meson setup "$configured" "$@"
  elif [ $# -gt 0 ]; then
    meson configure "$configured" "$@"
  fi
}

# project_build FOLDER [MESON OPTION...]: the same, and compile
project_build() {
  project_configure "$@"
  ninja -C "$1"
}
