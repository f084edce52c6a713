#!/usr/bin/env bash
# From a fresh clone to a GAN that learns digits: installs what is missing, builds, trains.
#
# usage: quickstart.sh [flags of vgan_cuda]       e.g.  quickstart.sh --data my_images.npy --seed 7
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
main_job=(--epochs 10000 --batch 128)

echo "1/3 packages"
bash "$root/apps/install_packages.sh" build
echo "2/3 build (Release) in $build"
cmake --preset release -S "$root" >/dev/null
cmake --build "$build" --target vgan_cuda
echo "3/3 $build/bin/vgan_cuda ${main_job[*]} $*"
exec "$build/bin/vgan_cuda" "${main_job[@]}" "$@"
