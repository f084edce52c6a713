#!/usr/bin/env bash
# Every __global__ function of kernels/cuda has a test that runs it on the host executor, and one that runs
# its PTX: the cases tagged [kernels] and [product], not whole trainings. Instances of a kernel, as nvcc made
# them, are counted too, and those that no test launches are named.
#
# usage: kernel_coverage.sh VGAN_SIMT_TESTS                               on the host executor
#        kernel_coverage.sh VGAN_SIMT_TESTS VGAN_PTX_TOOL FOLDER          its PTX, of a folder that nvcc filled
#        kernel_coverage.sh VGAN_SIMT_TESTS VGAN_PTX_TOOL FIXTURE ROOT    its PTX, of the fixture
# Exit status: 0 all are covered, 1 some are not, 77 the fixture is older than the kernels of ROOT.
set -euo pipefail
tests=$1
tool=${2-}
ptx=${3-}
sources=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../../../kernels/cuda

log=$(mktemp)
trap 'rm -f "$log"' EXIT
where='on the host executor'
if [ -n "$tool" ]; then
  where='as PTX'
  if [ -n "${4-}" ] && ! reason=$("$tool" check "$ptx" "$4"); then
    echo "SKIPPED $reason"
    exit 77
  fi
  export VGAN_PTX=90a
fi
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
  echo "$kernel: no test of its own runs it $where"
  missing=$((missing + 1))
done
line="kernel coverage: $((${#kernels[@]} - missing)) of ${#kernels[@]} kernels run $where"

if [ -n "$tool" ]; then
  # The probe of the tests has tests of its own.
  mapfile -t instances < <("$tool" kernels "$ptx" ${4:+fixture} | grep -v '^vgan::testing::')
  idle=0
  for instance in "${instances[@]}"; do
    grep -qxF -- "$instance" "$log" && continue
    echo "no test launches the instance $instance"
    idle=$((idle + 1))
  done
  [ ${#instances[@]} -gt 0 ] || { echo "no kernels found in $ptx"; exit 1; }
  line+=", in $((${#instances[@]} - idle)) of ${#instances[@]} instances"
fi
echo "$line"
[ $missing = 0 ]
