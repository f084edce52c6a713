#!/usr/bin/env bash
# Fuzzes the readers with libFuzzer, under AddressSanitizer and UBSan.
#
# usage: run.sh [TARGET|all|--list] [SECONDS] [flags of libFuzzer]     table, 60 seconds where nothing is said
#   table    any bytes as a table: read, written, read again
#   schema   any text as the file of a schema, for a small table of every kind of column
#   npz      any bytes as an .npz file
#   npy      any bytes as a .npy file: trials, labels, conditions
#   idx      any bytes as an IDX file: images, labels
#   all      each of them for SECONDS, one after the other
# The last line of the output says how many runs there were, and what was found; the exit status is 1 where
# that is anything. Needs clang with its runtime (Debian: clang-14 libclang-rt-14-dev), CMake and ninja. What
# is found is left as crash-*, oom-* or timeout-* in build/fuzz; inputs that reach new code are kept in
# build/fuzz/corpus-TARGET.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."
targets=(table schema npz npy idx)
chosen=(table)
case ${1:-} in
  --list) printf '%s\n' "${targets[@]}" && exit ;;
  all) chosen=("${targets[@]}") && shift ;;
  [a-z]*)
    [[ " ${targets[*]} " == *" $1 "* ]] || { echo "no target '$1': ${targets[*]}, all" >&2 && exit 2; }
    chosen=("$1") && shift
    ;;
esac
seconds=${1:-60}
shift || true
clang=$(command -v clang++-14 clang++ | head -1) || { echo 'no clang++' >&2; exit 2; }
cmake -S tests/fuzz -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER="$clang" >/dev/null
cmake --build build/fuzz --target "${chosen[@]/#/fuzz_}"

cd build/fuzz
counts=()
found=()
for target in "${chosen[@]}"; do
  mkdir -p "corpus-$target"
  status=0
  ./fuzz_"$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "$@" \
    "corpus-$target" "../../tests/fuzz/seeds/$target" 2>&1 | tee "log-$target.txt" || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "log-$target.txt")
  counts+=("$target ${runs:-0}")
  if [ $status != 0 ]; then
    artifact=$(sed -n 's/.*Test unit written to \.\///p' "log-$target.txt")
    found+=("$target (${artifact:+build/fuzz/$artifact, }build/fuzz/log-$target.txt)")
  fi
done
runs=$(printf ', %s' "${counts[@]}")
if [ ${#found[@]} = 0 ]; then
  echo "fuzz: nothing found; runs: ${runs:2}"
else
  findings=$(printf ', %s' "${found[@]}")
  echo "fuzz: FOUND in ${findings:2}; runs: ${runs:2}"
  exit 1
fi
