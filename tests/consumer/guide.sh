#!/usr/bin/env bash
# Makes one program of the examples in docs/embedding.md, in their order, and of CHECKS after them:
# what the guide shows is what is compiled and run.
#
# usage: guide.sh GUIDE CHECKS >main.cpp
set -euo pipefail

blocks() { sed -n '/^```cpp$/,/^```$/p' "$1" | grep -v '^```'; }

[ "$(grep -c '^```cpp$' "$1")" -ge 6 ] || { echo "$1: too few examples" >&2 && exit 1; }
blocks "$1" | grep '^#include'
printf '\nint main() {\n'
blocks "$1" | grep -v '^#include'
cat "$2"
printf '}\n'
