#!/usr/bin/env bash
# From a fresh clone to a GAN that learns digits: installs what is missing, builds, trains.
#
# usage: quickstart.sh [flags of vgan_cuda]       e.g.  quickstart.sh --seed 7
# Wherever it is called from, it runs in the project's root: data/mnist is found there, runs/ is
# made there, and paths in flags start from there.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
build=build/release
main_job=(--epochs 10000 --batch 128)

echo "1/3 packages"
bash apps/install_packages.sh build
echo "2/3 build (Release) in $build"
cmake --preset release >/dev/null
cmake --build "$build" --target vgan_cuda
echo "3/3 $build/bin/vgan_cuda ${main_job[*]} $*"
exec "$build/bin/vgan_cuda" "${main_job[@]}" "$@"
