#!/usr/bin/env bash
# Makes the fixture of the kernels' PTX anew, for machines without nvcc: after a change to a kernel.
#
# usage: update.sh [BUILD]       BUILD: a build of the tests (default: build/tests)
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."
build=${1:-build/tests}

[ -f "$build/CMakeCache.txt" ] || cmake --preset tests -B "$build" >/dev/null
targets=$(cmake --build "$build" --target help)  # whole: grep -q would close the pipe on it
if ! grep -q 'vgan_ptx_fixture' <<<"$targets"; then
  echo "update.sh: $build has no nvcc, which makes PTX of kernels" >&2
  exit 69
fi
cmake --build "$build" --target vgan_ptx_fixture
stat -c '%n: %s bytes' tests/ptx/kernels.90a.ptx.gz
