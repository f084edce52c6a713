#!/usr/bin/env bash
# The include law: which folder may include what. Prints every line that breaks it.
#
# usage: include_law.sh [--self-test | FOLDER]       FOLDER: a source tree (default: this one)
#   --self-test   plants one violation of each kind in a folder of its own; all must be found
set -euo pipefail
shopt -s extglob
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

is_std() { [[ $1 =~ ^[a-z_0-9]+$ ]]; }  # <vector>, <cstdint>; not <math.h>, not <oneapi/dnnl/dnnl.hpp>

is_cuda() {
  case $1 in
    cuda* | cublas* | cudnn* | curand* | cufft* | cusparse* | cusolver* | cupti* | nvtx* | nvtx3/* | \
      nvToolsExt* | nvrtc* | nvml* | nccl* | thrust/* | cub/* | cooperative_groups* | mma.h | \
      vector_types.h | driver_types.h | device_launch_parameters.h) return 0 ;;
  esac
  return 1
}

# The rooms of the engine, from the ground up, and which others each may include. An app may include any;
# no room includes one that stands above it.
declare -A sees=(
  [base]=''
  [files]='base'
  [device]='base'
  [data]='base files'
  [encode]='base data'
  [stats]='base data encode'
  [metrics]='base device data stats'
  [pictures]='base files data encode'
  [checkpoint]='base files'
  [settings]='base data encode'
  [nn]='base device'
  [objectives]='base device nn'
  [models]='base device data encode stats checkpoint settings nn'
  [sample]='base device data encode settings nn models'
  [features]='base files device data encode stats metrics checkpoint settings nn objectives models sample'
  [quality]='base files device data encode stats metrics checkpoint settings models sample features'
  [train]='base device data encode checkpoint settings nn objectives models sample'
  [run]='base files device data encode metrics pictures checkpoint settings models sample features quality train'
  [generate]='base files device data encode pictures checkpoint settings models sample train run'
  [experiment]='base files device data encode pictures checkpoint settings models sample run generate'
  [compare]='base files device data metrics pictures checkpoint settings models features quality run generate'
  [report]='base files device data encode stats metrics pictures checkpoint settings models sample features quality run generate experiment compare'
)

# Prints the reason why FILE may not include HEADER; nothing where it may.
objection() {
  local file=$1 header=$2 quoted=$3

  if [ "$quoted" = yes ] && [[ $file != tests/simt/include/* ]]; then  # which stands in for CUDA's
    case $header in
      kernels/* | engine/* | apps/* | tests/*) ;;
      *) echo 'our headers are included by their full path from the root, others in <>' ;;
    esac
  fi

  case $file in
    kernels/cuda/* | engine/device/cuda/* | engine/comm/nccl* | tests/*curand* | tests/kernels/cuda/* | \
      tests/simt/*) ;;
    *)
      if is_cuda "$header"; then
        echo 'CUDA headers belong to kernels/cuda, engine/device/cuda, engine/comm/nccl*, tests/kernels/cuda,' \
          'tests/simt and tests of cuRAND'
      fi
      ;;
  esac

  case $file in
    kernels/math/*)
      case $header in
        kernels/math/*) ;;
        *) is_std "$header" || echo 'kernels/math sees only std and kernels/math' ;;
      esac
      ;;
    kernels/cpu/*)
      case $header in
        engine/* | kernels/cuda/*) echo 'kernels/cpu never sees the engine or kernels/cuda' ;;
      esac
      ;;
    kernels/cuda/*)
      case $header in
        engine/* | kernels/cpu/*) echo 'kernels/cuda never sees the engine or kernels/cpu' ;;
      esac
      ;;
    kernels/*)
      case $header in
        engine/* | kernels/cpu/* | kernels/cuda/*)
          echo 'headers that both kinds of kernel share see only std, kernels/math and each other'
          ;;
      esac
      ;;
    apps/*)
      case $header in
        kernels/*) echo "apps see only the engine's headers" ;;
      esac
      ;;
  esac

  case $file,$header in
    engine/device/cpu/*,kernels/cuda/*) echo 'the CPU backend never sees kernels/cuda' ;;
    engine/device/cuda/*,kernels/cpu/*) echo 'the CUDA backend never sees kernels/cpu' ;;
    engine/device/cpu/*,engine/device/cuda/*) echo 'the two backends never see each other' ;;
    engine/device/cuda/*,engine/device/cpu/*) echo 'the two backends never see each other' ;;
    engine/device/@(cpu|cuda)/*,*) ;;
    engine/*,engine/device/@(cpu|cuda)/*) echo 'a backend is opened by engine/device/devices.hpp' ;;
    engine/*,kernels/@(cpu|cuda)/*) echo 'only the two backends see their kernels' ;;
  esac

  # Beside the rooms there are the public face, which rooms do not see, and the version.
  if [[ $file == engine/* && $file != engine/*/* && $file != engine/vgan.hpp ]]; then
    echo 'a file of the engine has a room; engine/vgan.hpp alone stands outside'
  fi
  if [[ $header == engine/* && $header != engine/*/* && $header != engine/version.hpp ]]; then
    [[ $header == engine/vgan.hpp && $file != engine/* ]] || echo 'rooms see rooms, not the public face'
  fi
  if [[ $header == Eigen/* && $file != engine/stats/eigen_library.hpp ]]; then
    echo 'engine/stats/eigen_library.hpp brings Eigen, under another name'
  fi

  if [[ $file == engine/*/* && $header == engine/*/* ]]; then
    local room=${file#engine/} other=${header#engine/}
    room=${room%%/*} other=${other%%/*}
    if [ "$room" != "$other" ] && [[ $room != comm ]]; then
      [[ " ${sees[$room]-} " == *" $other "* ]] ||
        echo "engine/$room sees only engine/{${sees[$room]-}}"
    fi
  fi

  case $header in
    apps/*) [[ $file == apps/* || $file == tests/* ]] || echo 'nothing includes apps' ;;
    tests/*) [[ $file == tests/* ]] || echo 'nothing includes tests' ;;
  esac
}

# Lines "FILE:LINE:#include <HEADER>" or "FILE:LINE:#include "HEADER"" of the files named.
includes() { grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' "$@" /dev/null || true; }

# The library's one public header may lead to std and to our own headers, nothing else: what else
# it needs would be forced upon every user of the installed package.
public_interface() {
  local queue=(engine/vgan.hpp) seen=' ' file line place header
  while [ ${#queue[@]} -gt 0 ]; do
    file=${queue[0]}
    queue=("${queue[@]:1}")
    [[ $seen == *" $file "* ]] && continue
    seen+="$file "
    [ -f "$file" ] || continue
    while IFS= read -r line; do
      if [[ $line =~ \"(.*)\" ]]; then
        queue+=("${BASH_REMATCH[1]}")
      elif [[ $line =~ ^([^:]*:[0-9]+):.*\<(.*)\> ]]; then
        place=${BASH_REMATCH[1]} header=${BASH_REMATCH[2]}
        is_std "$header" || echo "$place: $header: engine/vgan.hpp leads here;" \
          'users of the library need not have this header'
      fi
    done < <(includes "$file")
  done
}

check() {
  cd "$1"
  local files=() line reason found=0 count=0
  mapfile -t files < <(find kernels engine apps tests -path tests/consumer -prune -o -type f \
    -regextype posix-extended -regex '.*\.(h|hpp|cpp|cu|cuh)' -print | sort)
  if [ ${#files[@]} = 0 ]; then
    echo "include law: no C++ files in $1"
    return 1
  fi
  while IFS= read -r line; do
    [[ $line =~ ^([^:]*):([0-9]+):[^\<\"]*([\<\"])([^\>\"]*) ]] || continue
    local file=${BASH_REMATCH[1]} number=${BASH_REMATCH[2]} header=${BASH_REMATCH[4]} quoted=no
    [ "${BASH_REMATCH[3]}" = '"' ] && quoted=yes
    count=$((count + 1))
    while IFS= read -r reason; do
      echo "$file:$number: $header: $reason"
      found=$((found + 1))
    done < <(objection "$file" "$header" $quoted)
  done < <(includes "${files[@]}")
  while IFS= read -r reason; do
    echo "$reason"
    found=$((found + 1))
  done < <(public_interface)
  echo "include law: $count includes in ${#files[@]} files, $found against the law"
  [ $found = 0 ]
}

# FILE|INCLUDE: one line for each way to break the law, and some that keep it.
violations='kernels/math/a.hpp|<math.h>
kernels/math/b.hpp|"kernels/view.hpp"
kernels/math/c.hpp|"engine/base/error.hpp"
kernels/shared.hpp|"kernels/cpu/dense.hpp"
kernels/cpu/a.cpp|"engine/base/error.hpp"
kernels/cpu/b.cpp|"kernels/cuda/launch.hpp"
kernels/cpu/c.cpp|<cuda_bf16.h>
kernels/cpu/d.cpp|"dense.hpp"
kernels/cpu/e.cpp|"../view.hpp"
kernels/cuda/a.cu|"kernels/cpu/dense.hpp"
kernels/cuda/b.cpp|"engine/device/queue.hpp"
engine/base/d.cpp|<cuda_runtime.h>
engine/base/e.cpp|"apps/vgan_cuda/options.hpp"
engine/base/f.cpp|"tests/support/temp_dir.hpp"
engine/comm/solo.cpp|<nccl.h>
engine/device/cpu/a.cpp|"kernels/cuda/dense.hpp"
engine/device/cuda/a.cpp|"kernels/cpu/dense.hpp"
engine/nn/a.cpp|"kernels/cpu/dense.hpp"
engine/base/a.cpp|"engine/files/folder.hpp"
engine/files/a.cpp|"engine/data/trials.hpp"
engine/device/a.hpp|"engine/nn/network.hpp"
engine/device/cpu/b.cpp|"engine/settings/config.hpp"
engine/data/a.hpp|"engine/encode/scaling.hpp"
engine/data/readers/a.cpp|"engine/device/backend.hpp"
engine/data/readers/b.cpp|"engine/nn/network.hpp"
engine/data/readers/c.hpp|"engine/train/trainer.hpp"
engine/encode/a.cpp|"engine/device/buffer.hpp"
engine/stats/a.cpp|"engine/metrics/quality.hpp"
engine/metrics/a.cpp|"engine/compare/compare.hpp"
engine/pictures/a.cpp|"engine/settings/config.hpp"
engine/settings/a.cpp|"engine/models/codes.hpp"
engine/nn/b.cpp|"engine/settings/config.hpp"
engine/objectives/a.cpp|"engine/train/trainer.hpp"
engine/models/a.cpp|"engine/sample/sampler.hpp"
engine/models/b.cpp|"engine/train/trainer.hpp"
engine/sample/a.cpp|"engine/train/trainer.hpp"
engine/train/a.cpp|"engine/run/run.hpp"
engine/run/a.cpp|"engine/generate/generate.hpp"
engine/generate/a.cpp|"engine/compare/compare.hpp"
engine/unknown/a.cpp|"engine/base/error.hpp"
engine/base/b.cpp|"engine/vgan.hpp"
engine/shortcut.hpp|"engine/run/run.hpp"
engine/base/c.cpp|"engine/shortcut.hpp"
engine/nn/c.cpp|"engine/device/cuda/cuda_queue.hpp"
engine/device/cpu/c.cpp|"engine/device/cuda/cuda_queue.hpp"
engine/device/cuda/c.cpp|"engine/device/cpu/cpu_context.hpp"
engine/metrics/b.cpp|<Eigen/Eigenvalues>
engine/base/public.hpp|<nlohmann/json.hpp>
apps/vgan_cuda/a.cpp|"kernels/view.hpp"
apps/vgan_cuda/b.cpp|"tests/support/temp_dir.hpp"
tests/test_a.cpp|<cuda_runtime.h>'
lawful='engine/vgan.hpp|"engine/base/public.hpp"
kernels/math/ok.hpp|<cmath>
kernels/math/ok2.hpp|"kernels/math/host_device.hpp"
kernels/cpu/ok.cpp|<oneapi/dnnl/dnnl.hpp>
kernels/cpu/ok2.cpp|"kernels/view.hpp"
kernels/cuda/ok.cu|<cuda_runtime.h>
engine/comm/nccl_communicator.cpp|<nccl.h>
engine/device/cpu/ok.cpp|"kernels/cpu/dense.hpp"
engine/device/cuda/ok.cpp|<cublasLt.h>
engine/data/readers/ok.cpp|<zlib.h>
engine/data/readers/ok2.cpp|"engine/base/error.hpp"
engine/objectives/ok.cpp|"engine/nn/network.hpp"
engine/train/ok.cpp|"engine/train/training_step.hpp"
engine/run/ok.cpp|"engine/train/trainer.hpp"
engine/compare/ok.cpp|"engine/generate/generate.hpp"
engine/stats/eigen_library.hpp|<Eigen/Eigenvalues>
engine/models/ok.cpp|"engine/version.hpp"
apps/vgan_cuda/ok.cpp|<CLI/CLI.hpp>
apps/vgan_cuda/ok2.cpp|"engine/vgan.hpp"
tests/kernels/math/test_curand.cpp|<curand_kernel.h>
tests/ok2.cpp|"kernels/cpu/dense.hpp"'

self_test() {
  local folder report file include expected=0 missed=0
  folder=$(mktemp -d)
  trap "rm -rf '$folder'" EXIT
  while IFS='|' read -r file include; do
    mkdir -p "$folder/$(dirname "$file")"
    printf '#include %s\n' "$include" >"$folder/$file"
  done <<<"$violations"$'\n'"$lawful"

  if report=$(check "$folder"); then
    echo 'include law: the self-test planted violations and the check passed'
    return 1
  fi
  while IFS='|' read -r file include; do
    expected=$((expected + 1))
    grep -q "^$file:1: " <<<"$report" || { echo "missed: $file $include" && missed=$((missed + 1)); }
  done <<<"$violations"
  while IFS='|' read -r file include; do
    ! grep "^$file:" <<<"$report" || missed=$((missed + 1))
  done <<<"$lawful"
  echo "include law: self-test planted $expected violations, $missed wrong answers"
  [ $missed = 0 ]
}

if [ "${1-}" = --self-test ]; then
  self_test
else
  check "${1:-$here/..}"
fi
