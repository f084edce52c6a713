#!/usr/bin/env bash
# CUDA's libraries as a program of a build with CUDA meets them: what is linked, what a run on the CPU
# opens, and what is said of planted files that are missing, broken, too old or lack a function.
#
# usage: cuda_libraries.sh linked FILE...         programs and libraries: none needs cuBLASLt or cuDNN
#        cuda_libraries.sh package BUILD_FOLDER   vgan.pc and CMake's files of the package: none names them
#        cuda_libraries.sh cpu PROGRAM            vgan_cuda --device cpu opens neither
#        cuda_libraries.sh planted PROGRAM        vgan_cuda doctor, and a run, beside planted libraries
set -euo pipefail
kind=$1
shift

fail() {
  echo "cuda libraries: $*"
  exit 1
}

no_link() {
  local file needed
  for file in "$@"; do
    needed=$(readelf -d "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
    [ -n "$needed" ] || fail "$file: no list of libraries that it needs"
    ! grep -iE 'cublas|cudnn' <<<"$needed" || fail "$file needs the library above"
  done
  echo "$# files need neither cuBLASLt nor cuDNN"
}

no_name() {
  local files
  mapfile -t files < <(find "$1/vgan.pc" "$1/vgan-config.cmake" "$1/CMakeFiles/Export" -type f)
  [ "${#files[@]}" -ge 3 ] || fail "${#files[@]} files of the package in place of 3 or more"
  ! grep -iE 'cublas|cudnn' "${files[@]}" || fail 'the package names the library above'
  echo "${#files[@]} files name neither cuBLASLt nor cuDNN"
}

# What the dynamic linker opened, and what for.
cpu_opens_none() {
  local log=$folder/files
  (cd "$folder" && LD_DEBUG=files LD_DEBUG_OUTPUT=$log "$1" --device cpu --data ring8 --epochs 2 --batch 16 \
    --out run --sample-every 0 >/dev/null 2>"$folder/complaint") || (cat "$folder/complaint" && fail "the run failed")
  grep -q 'libdnnl' "$log".* || fail "the linker's log does not name the libraries that are there"
  ! grep -hE 'file=.*(cublas|cudnn)' "$log".* || fail 'a run on the CPU opened the library above'
  echo 'a run on the CPU opens neither cuBLASLt nor cuDNN'
}

# plant NAME VERSION FUNCTION...: a library of that name whose functions return VERSION.
plant() {
  local name=$1 version=$2 function
  shift 2
  for function in "$@"; do echo "unsigned long $function(void) { return $version; }"; done >"$folder/planted.c"
  "${CC:-cc}" -shared -fPIC -Wl,-soname,"$name" -o "$folder/planted/$name" "$folder/planted.c"
}

# doctor_says TEXT, with the planted libraries first on the loader's path.
doctor_says() {
  local text
  text=$(LD_LIBRARY_PATH=$folder/planted "$program" doctor 2>"$folder/complaint") || fail "doctor: exit $?"
  [ ! -s "$folder/complaint" ] || fail "doctor complains: $(cat "$folder/complaint")"
  grep -qF -- "$1" <<<"$text" || fail "doctor does not say '$1':"$'\n'"$text"
}

# A run on CUDA must end with exit status 69 and one line: of the driver where there is no device, else of
# the planted library.
refused() {
  local status=0
  (cd "$folder" && LD_LIBRARY_PATH=$folder/planted "$program" --device cuda --data ring8 --epochs 1 --out "$1" \
    >/dev/null 2>complaint) || status=$?
  [ $status = 69 ] || fail "exit $status in place of 69: $(cat "$folder/complaint")"
  [ "$(wc -l <"$folder/complaint")" = 1 ] || fail "not one line: $(cat "$folder/complaint")"
}

planted() {
  program=$1
  mkdir "$folder/planted"
  plant libcublasLt.so.13 110502 cublasLtGetVersion
  plant libcublasLt.so.12 110502 cublasLtGetVersion
  doctor_says "$folder/planted/libcublasLt.so.1"
  doctor_says 'has version 11.5.2; allowed 1'
  refused old
  plant libcublasLt.so.13 130000 cublasLtGetVersion
  plant libcublasLt.so.12 120000 cublasLtGetVersion
  doctor_says 'lacks cublasLtCreate'
  refused lacking
  plant libcudnn.so.9 80907 cudnnGetVersion
  doctor_says "$folder/planted/libcudnn.so.9 has version 8.9.7; allowed 9"
  plant libcudnn.so.9 91900 cudnnGetVersion
  doctor_says 'libcudnn.so.9 lacks cudnn'
  echo 'planted libraries are named, with what is wrong, and refused'
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case $kind in
  linked) no_link "$@" ;;
  package) no_name "$@" ;;
  cpu) cpu_opens_none "$@" ;;
  planted) planted "$@" ;;
  *) fail "$kind: no such check" ;;
esac
