#!/usr/bin/env bash
# Fuzzes a reader with libFuzzer, under AddressSanitizer and UBSan: tables, with their writer, or .npz.
#
# usage: run.sh [table|npz] [SECONDS] [flags of libFuzzer]     table, 60 seconds where nothing is said
# Needs clang with its runtime (Debian: clang-14 libclang-rt-14-dev). What it finds is left as
# crash-* in build/fuzz; the inputs that reach new code are kept in build/fuzz/corpus-TARGET.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."
target=table
case ${1:-} in
  table | npz) target=$1 && shift ;;
esac
seconds=${1:-60}
shift || true
clang=$(command -v clang++-14 clang++ | head -1) || { echo 'no clang++' >&2; exit 2; }
corpus=corpus-$target
mkdir -p build/fuzz/$corpus
readers=engine/data/readers
sources=(tests/fuzz/fuzz_$target.cpp engine/data/{schema,trials}.cpp
  $readers/{byte_source,raw_file,inflater,gzip_unpacker,zstd_absent,content_guess}.cpp
  engine/files/{standard_input,posix_file}.cpp
  engine/base/{error,json_text,memory,number_text,printable,text,words}.cpp)
case $target in
  table)
    cp -n tests/fuzz/seeds/*.{csv,tsv,txt} build/fuzz/$corpus/
    sources+=(engine/models/schema_json.cpp engine/data/writers/table_writer.cpp
      engine/data/{table,table_trials,table_meaning,wished_column,wished_words,wished_numbers}.cpp
      engine/data/{curve_block,date_format,missing_number,number_style}.cpp
      $readers/{table_reader,column_reader,number_cell,delimited,dialect_guess}.cpp)
    ;;
  npz)
    cp -n tests/fuzz/seeds/*.npz build/fuzz/$corpus/
    sources+=($readers/{npz,zip_archive,npy,npy_header,stored_values}.cpp engine/data/trial_axes.cpp)
    ;;
esac
"$clang" -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -I. \
  "${sources[@]}" -lz -o build/fuzz/fuzz_$target
cd build/fuzz
exec ./fuzz_$target -max_total_time="$seconds" -max_len=4096 "$@" $corpus
