#!/usr/bin/env bash
# Builds vgan_cuda, vgan_bench and vgan_tests for a GPU and packs them with the libraries that a bare machine
# lacks. CUDA's own libraries stay out unless they are asked for: vgan_cuda loads them when it opens a device,
# and `vgan_cuda doctor` says which is missing there and how to get it. Called by check.sh --make-bundle.
#
# usage: bundle.sh FILE.tar.gz ARCHITECTURES DATA_FOLDER_OR_NOTHING
#   VGAN_BUNDLE_LIBRARIES=FOLDER packs cuBLASLt, cuDNN and NVRTC, which cuDNN needs, from there too: some GB
#   VGAN_BUNDLE_CUDA=OFF packs a build without CUDA, EXECUTOR one whose device is imitated on the
#   CPU: to rehearse on machines without nvcc
set -euo pipefail
file=$1 architectures=$2 data=$3
root=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
build=${VGAN_BUNDLE_BUILD:-$root/build/gpu-bundle}
cuda=${VGAN_BUNDLE_CUDA:-ON}
stage=$build/vgan-gpu

# Old-style run paths (RPATH) also serve the libraries' own dependencies. cuRAND's host library is an
# oracle of tests that run without a GPU; left out, so that the bundle starts where it is missing.
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DVGAN_BUILD_TESTS=ON \
  -DVGAN_BUILD_STATIC=OFF -DVGAN_INSTALL=OFF -DVGAN_CUDA="$cuda" \
  -DCMAKE_CUDA_ARCHITECTURES="$architectures" -DCURAND_LIBRARY= -DCMAKE_INSTALL_LIBDIR=lib \
  -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON '-DCMAKE_INSTALL_RPATH=$ORIGIN/../lib;$ORIGIN' \
  -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags \
  -DCMAKE_SHARED_LINKER_FLAGS=-Wl,--disable-new-dtags
cmake --build "$build" --target vgan_cuda vgan_bench vgan_tests

rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/lib" "$stage/data"
for program in vgan_cuda vgan_bench vgan_tests; do
  strip -o "$stage/bin/$program" "$build/bin/$program"
done
(cd "$build/lib" && cp -a libvgan.so* "$stage/lib/")
[ "$cuda" = EXECUTOR ] ||  # which knows kernels and their variables by the library's symbols
  strip "$stage"/lib/libvgan.so.*.*.*

# Every library found by the loader, except the system's and CUDA's own (libcurl is neither).
left_out='/(libvgan|ld-linux|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so|libcu(da|blas|dnn|rand)|libnv)'
found_outside() {
  ldd "$stage"/bin/* | awk -v stage="$stage/" '$2 == "=>" && $3 ~ /^\// && index($3, stage) != 1 {print $3}' |
    sort -u | grep -vE "$left_out" || true
}
found_outside | while read -r library; do
  cp -L "$library" "$stage/lib/"
done
if [ -n "$(found_outside)" ]; then
  printf 'bundle.sh: not in the bundle, and needed: %s\n' "$(found_outside | tr '\n' ' ')" >&2
  exit 1
fi

# Beside libvgan, which looks for them there.
if [ -n "${VGAN_BUNDLE_LIBRARIES:-}" ]; then
  found=0
  for library in "$VGAN_BUNDLE_LIBRARIES"/lib{cublasLt,nvrtc,nvrtc-builtins}.so.1[23]* \
    "$VGAN_BUNDLE_LIBRARIES"/libcudnn*.so.9; do
    [ ! -e "$library" ] || { cp -L "$library" "$stage/lib/" && found=$((found + 1)); }
  done
  [ $found -gt 0 ] || { echo "bundle.sh: no library of CUDA in $VGAN_BUNDLE_LIBRARIES" >&2; exit 2; }
fi

[ "$cuda" = ON ] || architectures="no GPU's"

# What the tests read, and what runs the stages: the repository's files alone.
(cd "$root" && find data tests/gpu tests/bench tests/golden -type f -not -path 'data/mnist/*' \
  -not -name '*.pyc' -exec cp --parents -t "$stage" {} +)
if [ -n "$data" ]; then
  mkdir -p "$stage/data/mnist"
  cp "$data"/*-ubyte* "$stage/data/mnist/"
fi
"$stage/bin/vgan_cuda" --version >/dev/null
python3 - "$stage/bundle.json" <<PYTHON
import json, sys
facts = {"commit": """$(git -C "$root" describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null ||
  echo unknown)""", "architectures": "$architectures", "cuda": "$cuda",
         "compiler": """$("${CXX:-c++}" --version | head -n 1)""",
         "nvcc": """$(nvcc --version 2>/dev/null | sed -n 's/^Cuda compilation tools, //p')""",
         "made_on": """$(. /etc/os-release && echo "$PRETTY_NAME")"""}
json.dump(facts, open(sys.argv[1], "w"), indent=1)
PYTHON
mkdir -p "$(dirname "$file")"
tar -C "$build" --owner=0 --group=0 -czf "$file" "$(basename "$stage")"
echo "bundle: $file, $(du -m "$file" | cut -f1) MB"
