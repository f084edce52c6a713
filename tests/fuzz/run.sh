#!/usr/bin/env bash
# Fuzzes the reader and the writer of tables with libFuzzer, under AddressSanitizer and UBSan.
#
# usage: run.sh [SECONDS] [flags of libFuzzer]     60 seconds where nothing is said
# Needs clang with its runtime (Debian: clang-14 libclang-rt-14-dev). What it finds is left as
# crash-* in build/fuzz; the inputs that reach new code are kept in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."
seconds=${1:-60}
shift || true
clang=$(command -v clang++-14 clang++ | head -1) || { echo 'no clang++' >&2; exit 2; }
mkdir -p build/fuzz/corpus
cp -n tests/fuzz/seeds/* build/fuzz/corpus/
sources=(tests/fuzz/fuzz_table.cpp engine/models/schema_json.cpp engine/data/schema.cpp
  engine/data/{table,table_trials,table_meaning,wished_column,wished_words,wished_numbers}.cpp
  engine/data/{curve_block,date_format,missing_number,number_style,trials}.cpp engine/data/writers/table_writer.cpp
  engine/data/readers/{table_reader,column_reader,number_cell,delimited,dialect_guess,content_guess,byte_source}.cpp
  engine/base/{error,json_text,memory,number_text,printable,text,words}.cpp)
"$clang" -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -I. \
  "${sources[@]}" -lz -o build/fuzz/fuzz_table
cd build/fuzz
exec ./fuzz_table -max_total_time="$seconds" -max_len=4096 "$@" corpus
