#!/usr/bin/env bash
# Checks that every C++ file is laid out as .clang-format says.
#
# usage: format.sh [--fix]       --fix rewrites the files instead
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
command -v clang-format-14 >/dev/null || bash apps/install_packages.sh checks

mapfile -t files < <(find kernels engine apps tests -regextype posix-extended \
  -regex '.*\.(cpp|hpp|cu|cuh)' | sort)
if [ ${#files[@]} = 0 ]; then
  echo "format: no C++ files found" >&2
  exit 1
fi
if [ "${1-}" = --fix ]; then
  clang-format-14 -i "${files[@]}"
else
  clang-format-14 --dry-run -Werror "${files[@]}"
  echo "format: ${#files[@]} files are as .clang-format says"
fi
