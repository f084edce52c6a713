#!/usr/bin/env bash
# One command for a machine with a GPU: builds or unpacks, tests, trains, measures, reports.
#
# usage: check.sh [--bundle FILE] [--stages A,B,..] [--out DIR] [--data DIR] [--device cuda|cpu|executor]
#        check.sh --make-bundle FILE [--architectures LIST] [--data DIR]
#   --bundle FILE        run what --make-bundle made on another machine; without it, and outside an
#                        unpacked bundle, build here
#   --stages A,B,..      of build,tests,sanitizer,train,resume,bench,speed,generate,ncu (default: all)
#   --out DIR            gpu-report.md, gpu-report.json, log.txt, pictures (default: build/gpu-report)
#   --data DIR           MNIST's IDX files (default: data/mnist, else the built-in digits)
#   --device cpu         a rehearsal without a GPU, at toy sizes; the report says so
#   --device executor    the same with the CUDA backend on an imitated device (of a bundle: one that
#                        was made with VGAN_BUNDLE_CUDA=EXECUTOR)
#   --architectures LIST of the bundle, as CMake takes them (default: 90a-real)
#
# Exit status: 0 no stage failed, 1 one did, 2 usage, 69 no GPU (the report is written all the same).
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$(realpath "$here/../..")

bundle='' make_bundle='' out=$root/build/gpu-report data='' architectures=90a-real arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    --bundle | --make-bundle | --stages | --out | --data | --device | --architectures) ;;
    *) echo "check.sh: $1: no such flag; see --help" >&2; exit 2 ;;
  esac
  [ $# -ge 2 ] || { echo "check.sh: $1 needs a value" >&2; exit 2; }
  case $1 in
    --bundle | --data)
      [ -e "$2" ] || { echo "check.sh: $1: $2 is not there" >&2; exit 2; }
      if [ "$1" = --bundle ]; then bundle=$(realpath "$2"); else data=$(realpath "$2"); fi
      ;;
    --make-bundle) make_bundle=$(realpath -m "$2") ;;
    --out) out=$(realpath -m "$2") ;;
    --architectures) architectures=$2 ;;
    *) arguments+=("$1" "$2") ;;
  esac
  shift 2
done
[ -n "$data" ] || [ ! -d "$root/data/mnist" ] || data=$root/data/mnist

if [ -n "$make_bundle" ]; then
  exec bash "$here/bundle.sh" "$make_bundle" "$architectures" "$data"
fi

python=$(command -v python3) || { echo 'check.sh: needs python3' >&2; exit 69; }
# Tools that a toolkit brings may not be on the PATH.
for folder in /usr/local/cuda/bin /usr/local/cuda-*/bin /usr/local/cuda/compute-sanitizer \
  /opt/nvidia/nsight-compute/*; do
  [ ! -d "$folder" ] || PATH=$PATH:$folder
done
export PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec "$python" "$here/stages.py" --root "$root" --out "$out" --bundle "$bundle" --data "$data" \
  ${arguments[@]+"${arguments[@]}"}
