#!/usr/bin/env bash
# Each public header compiles alone, in whatever order, and leads to public headers and std alone.
#
# usage: public_headers.sh PREFIX [flags of the compiler]   the headers installed there
#        public_headers.sh --self-test SOURCE CMAKE         staging refuses what is planted in a copy
set -euo pipefail

each_alone() {
  local include=$1/include failed=0 count=0 header name
  shift
  for header in "$include"/vgan/*; do
    name=${header##*/}
    count=$((count + 1))
    if [ ! -f "$header" ] || [[ $name != *.hpp ]]; then
      echo "$header: not a header of include/vgan"
      failed=$((failed + 1))
      continue
    fi
    printf '#include <vgan/%s>\n#include <vgan/%s>\n' "$name" "$name" |
      "${CXX:-g++}" -std=c++20 -Wall -Wextra -Werror "$@" -fsyntax-only -I"$include" -x c++ - ||
      failed=$((failed + 1))
    if grep -nE '^#include "|^#include <(cuda|dnnl|oneapi|nlohmann|Eigen|toml)' "$header"; then
      echo "$name: includes what the package does not bring"
      failed=$((failed + 1))
    fi
  done
  echo "public headers: $count compiled alone, $failed faults"
  [ $failed = 0 ] && [ $count -gt 10 ]
}

folder=''
trap '[ -z "$folder" ] || rm -rf "$folder"' EXIT

# Stages a copy of SOURCE's headers, after `plant`; true where it was refused with those words.
refused() {  # WORDS COMMAND...
  local words=$1
  shift
  rm -rf "$folder/source" "$folder/public"
  mkdir -p "$folder/source" "$folder/generated/engine"
  touch "$folder/generated/engine/version.hpp"
  (cd "$source" && find engine kernels -name '*.hpp' -exec cp --parents -t "$folder/source" {} +)
  (cd "$folder/source" && "$@")
  local output
  if output=$("$cmake" -D SOURCE_DIR="$folder/source" -D GENERATED="$folder/generated" \
    -D FOLDER="$folder/public" -P "$source/engine/package/stage_headers.cmake" 2>&1); then
    [ -z "$words" ]
  else
    [ -n "$words" ] && grep -q "$words" <<<"$(tr '\n' ' ' <<<"$output" | tr -s ' ')"
  fi
}

plant_private() { echo '#include "engine/device/backend.hpp"' >>engine/train/trainer.hpp; }
plant_kernel() { echo '#include "kernels/view.hpp"' >>engine/settings/config.hpp; }
plant_same_name() {
  mkdir -p engine/other && echo '#pragma once' >engine/other/config.hpp
  echo '#include "engine/other/config.hpp"' >>engine/vgan.hpp
}

if [ "${1-}" = --self-test ]; then
  source=$(realpath "$2") cmake=$3
  folder=$(mktemp -d)
  wrong=0
  refused '' true || { echo 'the headers as they are were refused' && wrong=$((wrong + 1)); }
  refused 'includes engine/device/backend.hpp' plant_private || wrong=$((wrong + 1))
  refused 'includes kernels/view.hpp' plant_kernel || wrong=$((wrong + 1))
  refused 'two public headers are called config.hpp' plant_same_name || wrong=$((wrong + 1))
  echo "public headers: self-test of 4, $wrong wrong answers"
  [ $wrong = 0 ]
else
  each_alone "$@"
fi
