#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test.
#
# usage: run.sh [--sanitize | --sanitize-core] [flags of ctest]       e.g.  run.sh -R checkpoint
#   --sanitize        under AddressSanitizer and UndefinedBehaviorSanitizer, without the host executor
#   --sanitize-core   the same, of what reads, writes, encodes, computes and measures alone
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
preset=tests
if [ "${1-}" = --sanitize ] || [ "${1-}" = --sanitize-core ]; then
  preset=${1#--}
  shift
  export ASAN_OPTIONS=${ASAN_OPTIONS-detect_stack_use_after_return=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}
fi
build=build/$preset

bash apps/install_packages.sh build formats tests
cmake --preset $preset >/dev/null
cmake --build "$build"

log=$build/ctest-output.txt
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error -j 2 "$@" 2>&1 | tee "$log" ||
  status=$?

# ctest keeps the output of passed and skipped tests in its own log.
sed -n '/^kernel coverage:/p' "$build/Testing/Temporary/LastTest.log"
reasons=$(sed -n 's/^SKIPPED //p' "$build/Testing/Temporary/LastTest.log" | sort -u)
if [ -n "$reasons" ]; then
  printf '\nSkipped, and why:\n%s\n' "$reasons"
  sed -n '/^[0-9]*% tests passed/,$p' "$log"
fi
exit $status
