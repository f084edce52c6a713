#!/usr/bin/env bash
# What a run survives: commands under injected faults (strace), each with what is right for it.
#
# usage: run.sh [BINARY [CASE...]]      BINARY: a vgan_cuda (default: the one of build/tests)
#        run.sh --list                  the names of the cases
# Exit status: 0 none failed, 1 one did, 77 all that were asked for were skipped.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# LeakSanitizer cannot look at a process that is traced.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# ---- Words for the cases ------------------------------------------------------------------------

# Each case runs in a folder of its own, in which tiny.npy has 24 images of 8 x 8.
tiny=(--data tiny.npy --g-layers 16 --d-layers 16 --batch 8 --device cpu --precision fp32 --threads 1)

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

skip() {
  printf 'SKIPPED %s\n' "$*"
  exit 77
}

vgan() { "$binary" "$@"; }

# train OUT [FLAG...]: a run that must end well.
train() {
  local out=$1
  shift
  expect 0 '' vgan train "${tiny[@]}" --out "$out" "$@"
}

# expect STATUS TEXT COMMAND...: what it says lies in the file `said`, errors alone in `errors`.
expect() {
  local wanted=$1 text=$2 status=0
  shift 2
  "$@" >said 2>errors </dev/null || status=$?
  cat errors >>said
  [ $status = "$wanted" ] || fail "$*: exit status $status, not $wanted: $(cat said)"
  [ -z "$text" ] || grep -qF -- "$text" said || fail "$*: '$text' was not said: $(cat said)"
}

# faulty SPEC COMMAND...: the command with strace's injection SPEC, e.g. fsync:error=EIO:when=2.
# With ON=PATH, only system calls that touch this path count. The trace lies in the file `trace`.
faulty() {
  local spec=$1
  shift
  [ "$1" != vgan ] || set -- "$binary" "${@:2}"
  strace -f --quiet=all -o trace ${ON:+-P "$ON"} -e trace="${spec%%:*}" -e inject="$spec" "$@"
}

traceable() {
  command -v strace >/dev/null || skip 'fault injection: strace is not installed'
  strace -f -qq -o /dev/null -e inject=getppid:error=EPERM true 2>/dev/null ||
    skip 'fault injection: this user may not trace processes'
}

there() { [ -e "$1" ] || fail "$1 is gone"; }
absent() { [ ! -e "$1" ] || fail "$1 is there"; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }

# wait_for COMMAND...: until it succeeds, at most a minute.
wait_for() {
  local i
  for ((i = 0; i < 600; ++i)); do
    "$@" 2>/dev/null && return
    sleep 0.1
  done
  fail "waited a minute for: $*"
}

checkpoint_of() { printf '%s/checkpoints/epoch-%08d.safetensors' "$1" "$2"; }

# ---- The runner ---------------------------------------------------------------------------------

run_case() {  # NAME, in a subshell of its own
  cd "$folder"
  mkdir "$1"
  cd "$1"
  {
    printf "\x93NUMPY\x01\x00v\x00%-117s\n" \
      "{'descr': '|u1', 'fortran_order': False, 'shape': (24, 8, 8), }"
    seq 1 1000 | head -c 1536
  } >tiny.npy
  "fault_$1"
}

for file in "$here"/*.sh; do
  [ "$file" = "$here/run.sh" ] || . "$file"
done
mapfile -t cases < <(declare -F | sed -n 's/^declare -f fault_//p')

if [ "${1-}" = --list ]; then
  printf '%s\n' "${cases[@]}"
  exit
fi
binary=$(realpath "${1:-$here/../../build/tests/bin/vgan_cuda}")
[ $# -lt 2 ] || cases=("${@:2}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

passed=0 failed=0 skipped=0
for name in "${cases[@]}"; do
  status=0
  (run_case "$name") || status=$?
  case $status in
    0) passed=$((passed + 1)) word=passed ;;
    77) skipped=$((skipped + 1)) word=skipped ;;
    *) failed=$((failed + 1)) word=FAILED ;;
  esac
  printf '%-7s %s\n' $word "$name"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] || exit 1
[ $passed != 0 ] || exit 77
