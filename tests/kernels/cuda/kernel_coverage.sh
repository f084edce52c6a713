#!/usr/bin/env bash
# Every __global__ function of kernels/cuda has a test that runs it on the host executor: the cases tagged
# [kernels] and [product], not whole trainings.
#
# usage: kernel_coverage.sh VGAN_SIMT_TESTS [SOURCE_FOLDER]
set -euo pipefail
tests=$1
sources=${2:-$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../../../kernels/cuda}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
VGAN_SIMT_LOG=$log "$tests" '[kernels],[product]' >/dev/null

# `__global__ void name(`, on one line or two.
mapfile -t files < <(find "$sources" -name '*.cu' -o -name '*.cuh' -o -name '*.hpp' | sort)
mapfile -t kernels < <(cat "${files[@]}" | sed 's://.*::' | tr '\n' ' ' |
  sed -E 's/__launch_bounds__\([^)]*\)//g' | grep -oE '__global__[^(]*[[:space:]]([A-Za-z_0-9]+)\(' |
  sed -E 's/.*[[:space:]]([A-Za-z_0-9]+)\($/\1/' | sort -u)
[ ${#kernels[@]} -gt 0 ] || { echo "no kernels found in $sources"; exit 1; }
written=$(cat "${files[@]}" | sed 's://.*::' | grep -cw __global__)
if [ "$written" != ${#kernels[@]} ]; then
  echo "$written kernels are written, ${#kernels[@]} names were understood: ${kernels[*]}"
  exit 1
fi

missing=0
for kernel in "${kernels[@]}"; do
  grep -qE "\b$kernel\b" "$log" && continue
  echo "$kernel: no test of its own runs it"
  missing=$((missing + 1))
done
echo "kernel coverage: $((${#kernels[@]} - missing)) of ${#kernels[@]} kernels run on the host executor"
[ $missing = 0 ]
