#!/usr/bin/env bash
# How our programs and libraries are linked: where they look for libraries, and what they are
# hardened with. Prints each fault.
#
# usage: hardening.sh linked|full FILE...   linked: search path, RELRO, stack, PIE; full: what the
#                                           compiler adds too, a stack protector and _FORTIFY_SOURCE
#        hardening.sh --self-test           plants faults; all must be found
set -euo pipefail

# An element that is empty, or relative to the current folder, loads whatever library lies there.
path_faults() {
  local path element
  path=$(readelf -d "$1" | sed -nE 's/.*\((RUNPATH|RPATH)\).*\[(.*)\]/\2/p')
  [ -n "$path" ] || ! readelf -d "$1" | grep -qE '\((RUNPATH|RPATH)\)' || echo "$1: an empty search path"
  [ -n "$path" ] || return 0
  [[ :$path: != *::* ]] || echo "$1: an empty element in the search path '$path'"
  while IFS= read -r element; do
    case $element in
      '' | "\$ORIGIN"* | /*) ;;
      *) echo "$1: '$element' in the search path is relative to the current folder" ;;
    esac
  done < <(tr ':' '\n' <<<"$path")
}

build_path_faults() {  # of a program that must still run where the build tree is moved to
  ! readelf -d "$1" | grep -E '\((RUNPATH|RPATH)\)' | grep -qF "$(dirname "$(dirname "$(realpath "$1")")")" ||
    echo "$1: the build tree's own path in the search path, not \$ORIGIN"
}

link_faults() {
  local dynamic
  dynamic=$(readelf -d "$1")
  grep -q GNU_RELRO <(readelf -W -l "$1") || echo "$1: no RELRO"
  grep -qE 'BIND_NOW|Flags:.* NOW' <<<"$dynamic" || echo "$1: partial RELRO: symbols are bound late"
  ! grep -qE 'GNU_STACK.* RWE' <(readelf -W -l "$1") || echo "$1: a stack that can be executed"
  case $1 in
    *.so*) ;;
    *) grep -q 'Flags:.*PIE' <<<"$dynamic" || echo "$1: no position-independent executable" ;;
  esac
}

compiler_faults() {
  local symbols
  symbols=$(readelf -W --dyn-syms "$1")
  grep -q __stack_chk_fail <<<"$symbols" || echo "$1: no stack protector"
  grep -qE '__[a-z]+_chk\b' <(grep -v __stack_chk_fail <<<"$symbols") || echo "$1: no _FORTIFY_SOURCE"
}

check() {
  local kind=$1 file report
  shift
  report=$(for file in "$@"; do
    path_faults "$file"
    build_path_faults "$file"
    link_faults "$file"
    [ "$kind" != full ] || compiler_faults "$file"
  done)
  [ -z "$report" ] || echo "$report"
  echo "hardening: $# files, $(grep -c . <<<"$report" || true) faults"
  [ -z "$report" ]
}

self_test() {
  local folder report status missed=0 planted=0 flags what
  folder=$(mktemp -d)
  trap "rm -rf '$folder'" EXIT
  printf '#include <cstdio>\n#include <cstring>\nint main(int, char** v) { char b[64]; std::strcpy(b, v[0]); std::puts(b); }\n' \
    >"$folder/a.cpp"
  local good='-O2 -fPIE -pie -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now'
  # What is wrong | the flags that make it so
  while IFS='|' read -r what flags; do
    planted=$((planted + 1))
    "${CXX:-c++}" $good $flags "$folder/a.cpp" -o "$folder/a"
    status=0
    report=$(check full "$folder/a") || status=$?
    case $what in
      nothing) [ $status = 0 ] ;;
      *) [ $status != 0 ] && grep -q "$what" <<<"$report" ;;
    esac || { echo "wrong about '$what' ($flags): $report" && missed=$((missed + 1)); }
  done <<EOT
nothing|-Wl,-rpath,\$ORIGIN/../lib
nothing|
an empty element|-Wl,-rpath,\$ORIGIN/../lib:
an empty element|-Wl,-rpath,:/usr/lib
relative to the current folder|-Wl,-rpath,lib
partial RELRO|-Wl,-z,lazy
no RELRO|-Wl,-z,norelro
no position-independent|-no-pie -fno-pie
no stack protector|-fno-stack-protector
no _FORTIFY_SOURCE|-U_FORTIFY_SOURCE
can be executed|-Wl,-z,execstack
EOT
  echo "hardening: self-test of $planted programs, $missed wrong answers"
  [ $missed = 0 ]
}

if [ "${1-}" = --self-test ]; then self_test; else check "$@"; fi
