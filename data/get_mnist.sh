#!/usr/bin/env bash
# Brings the four MNIST files to data/mnist, verified; what is already there and right stays.
#   data/get_mnist.sh [--from DIR] [--to DIR]
#     --from DIR  copy them from a folder instead of the network
#     --to DIR    put them there instead of data/mnist beside this script
# MNIST_MIRRORS, a list of URLs parted by blanks, replaces the public mirrors below.
set -euo pipefail

mirrors=${MNIST_MIRRORS:-"https://ossci-datasets.s3.amazonaws.com/mnist
https://storage.googleapis.com/cvdf-datasets/mnist"}

# MD5 sums as published with torchvision and TensorFlow Datasets.
files="train-images-idx3-ubyte.gz f68b3c2dcbeaaa9fbdd348bbdeb94873
train-labels-idx1-ubyte.gz d53e105ee54ea40749a09fcbcd1e9432
t10k-images-idx3-ubyte.gz 9fb629c4189551a2d022fa330f9573f3
t10k-labels-idx1-ubyte.gz ec29112dd5afa0611ce80d1b7f02629c"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/mnist
source=
part=

fail() {  # STATUS MESSAGE
  echo "get_mnist: $2" >&2
  exit "$1"
}

sum() {  # FILE -> its MD5; several systems' names for the tool
  if command -v md5sum >/dev/null; then
    md5sum <"$1" | cut -d' ' -f1
  elif command -v md5 >/dev/null; then
    md5 -q "$1"
  else
    openssl md5 -r <"$1" | cut -d' ' -f1
  fi
}

right() {  # FILE MD5
  [ -f "$1" ] && [ "$(sum "$1")" = "$2" ]
}

fetch() {  # URL FILE -> on failure the tool's last line on standard output
  if command -v curl >/dev/null; then
    curl -fsSL --connect-timeout 20 --max-time 600 --retry 2 -o "$2" "$1" 2>&1 | tail -n 1
  elif command -v wget >/dev/null; then
    wget -nv --timeout=20 --tries=2 -O "$2" "$1" 2>&1 | tail -n 1
  else
    fail 74 "neither curl nor wget is installed; install one, or give --from DIR"
  fi
}

# NAME MD5: leaves the verified file under $part, or says why no place had it.
obtain() {
  local said='' reason place
  if [ -n "$source" ]; then
    cp -- "$source/$1" "$part" 2>/dev/null || fail 74 "cannot copy $source/$1: no such readable file"
    right "$part" "$2" && return
    fail 65 "$source/$1: found md5 $(sum "$part"); allowed $2; get the file again"
  fi
  for place in $mirrors; do
    if reason=$(fetch "$place/$1" "$part"); then
      right "$part" "$2" && return
      reason="md5 $(sum "$part") instead of $2"
    fi
    said="$said; $place: ${reason:-no answer}"
  done
  fail 74 "cannot fetch $1$said; try again later, or copy it by hand with --from DIR"
}

while [ $# -gt 0 ]; do
  case $1 in
    --from | --to)
      [ $# -ge 2 ] || fail 2 "$1 needs a folder"
      case $1 in --from) source=$2 ;; --to) target=$2 ;; esac
      shift 2
      ;;
    -h | --help)
      sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail 2 "unknown argument $1; allowed --from DIR, --to DIR, --help" ;;
  esac
done
[ -z "$source" ] || [ -d "$source" ] || fail 74 "$source is no folder"
mkdir -p -- "$target" 2>/dev/null || fail 74 "cannot make the folder $target"

trap '[ -z "$part" ] || rm -f -- "$part"' EXIT
trap 'exit 130' INT TERM
while read -r name md5; do
  if right "$target/$name" "$md5"; then
    echo "have    $target/$name"
    continue
  fi
  part=$(mktemp "$target/.part.XXXXXX" 2>/dev/null) || fail 74 "cannot write to $target"
  obtain "$name" "$md5"
  chmod 644 "$part"
  mv -f -- "$part" "$target/$name" || fail 74 "cannot write $target/$name"
  part=
  echo "brought $target/$name"
done <<<"$files"
