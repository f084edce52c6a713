#!/usr/bin/env bash
# Builds a program with a plain compiler and pkg-config, as the guide says, against the package in
# PREFIX, and runs it. Beside the program lie an error.hpp and others of its own, on its include path.
#
# usage: pkg_config.sh PREFIX LIBDIR shared|static main.cpp FOLDER [flags of the compiler]
set -euo pipefail
prefix=$1 libdir=$2 kind=$3 source=$4 folder=$5
shift 5
if ! command -v pkg-config >/dev/null; then
  echo 'SKIPPED no pkg-config: apps/install_packages.sh tests installs it'
  exit 77
fi
rm -rf "$folder"
mkdir -p "$folder"
echo '#error "the program'\''s own header was taken for one of vgan'\''s"' |
  tee "$folder/error.hpp" "$folder/vgan.hpp" "$folder/config.hpp" >"$folder/trainer.hpp"
cp "$source" "$folder/main.cpp"
cd "$folder"
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig LD_LIBRARY_PATH=$prefix/$libdir
static=()
[ "$kind" = shared ] || static=(--static)

read -ra flags < <(pkg-config --cflags "${static[@]}" vgan)
paths=()
for flag in "${flags[@]}"; do [[ $flag != -I* ]] || paths+=("$(realpath "${flag#-I}")"); done
if [ "${paths[*]}" != "$(realpath "$prefix/include")" ]; then
  echo "not one include path, PREFIX/include: ${paths[*]}"
  exit 1
fi
if [ "$kind" = shared ]; then
  "${CXX:-g++}" -std=c++20 "$@" -I. main.cpp $(pkg-config --cflags --libs vgan) -o program
else  # without the shared library in the way
  "${CXX:-g++}" -std=c++20 "$@" -I. main.cpp $(pkg-config --cflags vgan) \
    $(pkg-config --static --libs vgan | sed 's/-lvgan\>/-l:libvgan.a/') -o program
fi
./program
