#!/usr/bin/env bash
# Installs the Debian packages that vgan needs and that are missing. It never asks for a password.
#
# usage: install_packages.sh [build] [formats] [tests] [checks] [arm]       (default: build)
# Exit status: 0 everything is there, 69 something is missing and may not be installed by this user.
set -euo pipefail

build='g++ cmake ninja-build libdnnl-dev zlib1g-dev libpng-dev nlohmann-json3-dev libcli11-dev
  libtomlplusplus-dev libeigen3-dev git ca-certificates'
formats='libzstd-dev libhdf5-dev libmuparser-dev'  # optional: zstd-packed data, HDF5, formulas
tests='catch2 curl strace pkg-config binutils'
checks='clang-format-14'
arm='g++-aarch64-linux-gnu qemu-user-static'  # for tests/arm.sh

needed=()
for set in "${@:-build}"; do
  case $set in
    build) needed+=($build) ;;
    formats) needed+=($formats) ;;
    tests) needed+=($tests) ;;
    checks) needed+=($checks) ;;
    arm) needed+=($arm) ;;
    *)
      sed -n '2,5p' "$0" >&2
      exit 2
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  for tool in c++ cmake ninja; do
    command -v $tool >/dev/null && continue
    echo "This is not a Debian system and '$tool' is missing. Install what these Debian packages hold:"
    echo "  ${needed[*]}"
    exit 69
  done >&2
  exit 0
fi

installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "${needed[@]}" 2>/dev/null || true) "
missing=()
for package in "${needed[@]}"; do
  [[ $installed == *" installed=$package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  {
    echo "Missing Debian packages: ${missing[*]}"
    echo "This user may not install them. Run this as root, then start again:"
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  } >&2
  exit 69
fi

echo "Installing Debian packages: ${missing[*]}"
apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install: ${missing[*]}" >&2
  exit 69
fi
