#!/usr/bin/env bash
# Builds vgan for aarch64 with Debian's cross compiler and runs the tests of math, kernels, readers and
# checkpoints under qemu-aarch64-static. Libraries are unpacked from Debian's arm64 packages into
# build/arm/sysroot; nothing of another architecture is installed.
#
# usage: arm.sh [TEST SPEC of Catch2]        e.g.  arm.sh '[bits]'
# Exit status: that of the tests, 69 where a package cannot be had. Its last line says how long it took.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
root=$PWD/build/arm
sysroot=$root/sysroot
libraries=(libdnnl-dev zlib1g-dev libpng-dev nlohmann-json3-dev libtomlplusplus-dev
  libeigen3-dev catch2)
SECONDS=0

bash apps/install_packages.sh build arm

# apt with a database of its own: no package is there, and the architecture is arm64.
unpack_libraries() {
  local state=$root/apt
  rm -rf "$sysroot" "$state"
  mkdir -p "$sysroot" "$state"/{lists,archives}/partial "$state/log"
  : >"$state/status"
  local apt=(apt-get -qq -o Dpkg::Use-Pty=0 -o APT::Architecture=arm64 -o APT::Architectures::=arm64
    -o APT::Install-Recommends=false -o "APT::Sandbox::User=$(id -un)" -o Dir::State="$state"
    -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status"
    -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives" -o Dir::Log="$state/log")
  "${apt[@]}" update

  "${apt[@]}" -y --download-only install "${libraries[@]}"
  local package
  for package in "$state"/archives/*.deb; do dpkg -x "$package" "$sysroot"; done
  # Links to absolute paths mean the sysroot's.
  local link target
  while IFS= read -r link; do
    target=$(readlink "$link")
    ln -sfnr "$sysroot$target" "$link"
  done < <(find "$sysroot" -type l -lname '/*')
  touch "$sysroot/complete"
}

[ -e "$sysroot/complete" ] || unpack_libraries || {
  echo "arm.sh: the arm64 packages could not be had: ${libraries[*]}" >&2
  exit 69
}

# Without -Werror: this compiler takes filled buffers of kernels/cpu/reconstruction.cpp for unset ones.
cmake -S . -B "$root/tests" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux \
  -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
  -DCMAKE_SYSROOT="$sysroot" -DCMAKE_LIBRARY_ARCHITECTURE=aarch64-linux-gnu \
  -DCMAKE_FIND_ROOT_PATH="$sysroot" -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER \
  -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
  -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY -DVGAN_CUDA=OFF -DVGAN_BUILD_APPS=OFF \
  -DVGAN_BUILD_STATIC=OFF -DVGAN_BUILD_TESTS=ON -DVGAN_INSTALL=OFF >/dev/null
cmake --build "$root/tests" --target vgan_core_tests
built=$SECONDS

status=0
VGAN_EMULATED=1 qemu-aarch64-static -L "$sysroot" "$root/tests/bin/vgan_core_tests" "${1-~[slow]~[timing]}" ||
  status=$?
echo "arm: built in $built s, ran in $((SECONDS - built)) s"
exit $status
