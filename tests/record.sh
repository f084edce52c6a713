#!/usr/bin/env bash
# Records what a build does, so that a rebuilding of the code can be shown to change nothing: weights,
# reports and samples after 60 epochs of each preset, loss and model on the CPU and on the host executor
# (digests), the settings of each preset, and the help texts of vgan_cuda.
#
# usage: record.sh BUILD FOLDER     e.g.  record.sh build/tests before   ...   record.sh build/tests after
#                                         diff -r before after
# Both records are of one machine: digests differ between instruction sets. Takes some minutes.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,8p' "${BASH_SOURCE[0]}"; exit 2; }
bin=$(realpath "$1")/bin
mkdir -p "$2"
cd "$2"

for tests in vgan_tests vgan_simt_tests; do
  [ -x "$bin/$tests" ] || continue
  "$bin/$tests" '[.record]' >output.txt || { cat output.txt; exit 1; }
  sed -n 's/^record: //p' output.txt >"$tests.txt"
  [ -s "$tests.txt" ] || { echo "record.sh: $tests recorded nothing" >&2; exit 1; }
done
rm -f output.txt
export COLUMNS=80
for preset in default article stable conv vae ae; do
  "$bin/vgan_cuda" --data digits --preset $preset --print-config >"preset-$preset.toml"
done
for command in train generate reconstruct compare inspect doctor; do
  "$bin/vgan_cuda" $command --help >"help-$command.txt"
done
"$bin/vgan_cuda" --help >help.txt
wc -l ./*.txt ./*.toml | tail -1
