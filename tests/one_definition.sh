#!/usr/bin/env bash
# The one-definition rule: no two files define a type, or an inline function in a header, of one name
# in one namespace. Two that reach one program break it without a word from compiler or linker, and
# which of them is used changes with the optimisation.
#
# usage: one_definition.sh [--self-test | FOLDER]       FOLDER: a source tree (default: this one)
#   --self-test   plants pairs in a folder of its own; all must be found, and no lawful pair
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# Prints "NAMESPACE::NAME FILE" for each definition. Files are laid out by clang-format, so that what
# stands in a namespace begins in the first column. Unnamed namespaces are a file's own.
definitions() {  # FILE...
  awk '
    FNR == 1 { depth = 0; name = ""; unnamed = 0; pending = "" }
    function entered(part) {
      stack[++depth] = part
      if (part == "") unnamed++
    }
    function inside(    i, all) {
      for (i = 1; i <= depth; ++i) all = all stack[i] "::"
      return all
    }
    /^namespace .*\{$/ {
      part = $0
      sub(/^namespace /, "", part); sub(/ ?\{$/, "", part); sub(/ *=.*/, "", part)
      entered(part)
      next
    }
    /^namespace \{$/ { entered(""); next }
    /^}  \/\/ namespace/ {
      if (depth > 0) { if (stack[depth] == "") unnamed--; --depth }
      next
    }
    unnamed > 0 { next }
    # A specialisation is another definition; what ends with ; is none.
    /^template <>/ { getline; next }
    /^(class|struct|union|enum class|enum struct|enum) [A-Za-z_][A-Za-z_0-9:]*[^;(]*\{/ {
      found = $0
      sub(/^(class|struct|union|enum class|enum struct|enum) /, "", found)
      sub(/[^A-Za-z_0-9:<].*/, "", found)
      if (found !~ /</) print inside() found, FILENAME
      next
    }
    FILENAME ~ /\.(hpp|cuh)$/ && /^[A-Za-z_].*[A-Za-z_0-9]\(/ && !/^(static_assert|if|for|TEST_CASE|VGAN_|#)/ {
      signature = $0
      while (signature !~ /[{;]/ && (getline line) > 0) { sub(/^ +/, " ", line); signature = signature line }
      if (signature ~ /^[^{]*;/ && signature !~ /\{/) next  # a declaration
      sub(/ ?\{.*/, "", signature); sub(/ : .*/, "", signature)
      sub(/^(inline |constexpr |static |__device__ |__host__ |__forceinline__ |VGAN_HOST_DEVICE )+/, "", signature)
      call = signature
      sub(/\(.*/, "", call); sub(/.*[ *&]/, "", call)
      parameters = signature
      sub(/^[^(]*\(/, "(", parameters)
      gsub(/ = [^,)]*/, "", parameters)
      if (call != "" && signature !~ /^(class|struct|return|using|typedef)/) print inside() call parameters, FILENAME
    }
  ' "$@"
}

find_pairs() {  # FOLDER
  cd "$1"
  local files
  # Programs of their own, and files that are built in place of others, meet no one.
  mapfile -t files < <(find kernels engine apps tests -regextype posix-extended \
    -regex '.*\.(cpp|hpp|cu|cuh)' -not -path 'tests/consumer/*' -not -name '*_absent.cpp' \
    -not -name unavailable.cpp 2>/dev/null | sort)
  [ ${#files[@]} -gt 0 ] || { echo 'one_definition: no C++ files found' >&2; exit 1; }
  local all
  all=$(definitions "${files[@]}" | sort -u)
  local pairs
  pairs=$(awk '{ file = $NF; key = $0; sub(/ [^ ]*$/, "", key); files[key] = files[key] " " file; ++count[key] }
    END { for (key in count) if (count[key] > 1) print key " is defined in" files[key] }' <<<"$all" | sort)
  [ -z "$pairs" ] || printf '%s\n' "$pairs"
  echo "one definition: $(wc -l <<<"$all") definitions in ${#files[@]} files, $(grep -c . <<<"$pairs" || true) twice"
  [ -z "$pairs" ]
}

self_test() {
  local folder
  folder=$(mktemp -d)
  trap "rm -rf '$folder'" EXIT
  mkdir -p "$folder"/{kernels,engine,tests}
  cat >"$folder/tests/a.hpp" <<'C'
namespace vgan::testing {
class DeviceState {
  int* device;
};
enum class Way { one };
inline int twice(int x) {
  return 2 * x;
}
inline int twice(double x) {
  return 2;
}
class Named;
inline int declared(int x);
template <class Body>
void each(Body body) {
  body();
}
}  // namespace vgan::testing
C
  cat >"$folder/tests/b.hpp" <<'C'
namespace vgan::testing {
class DeviceState {
};
enum class Way { two };
inline int twice(int x) {
  return x + x;
}
class Named;
inline int declared(int x);
template <class Body>
void each(Body body) {
  body(1);
}
namespace {
class Own {
};
}  // namespace
}  // namespace vgan::testing
C
  cat >"$folder/tests/c.cpp" <<'C'
namespace vgan::cpu {
class DeviceState {
};
}  // namespace vgan::cpu
namespace vgan::testing {
class Named {
};
namespace {
class Own {
};
}  // namespace
}  // namespace vgan::testing
C
  local found
  if found=$(find_pairs "$folder"); then
    echo 'one_definition: planted pairs were not found'
    exit 1
  fi
  local name
  for name in DeviceState Way 'twice(int x)' 'each(Body body)'; do
    grep -qF "vgan::testing::$name is defined in" <<<"$found" || { echo "not found: $name"; exit 1; }
  done
  [ "$(grep -c ' is defined in ' <<<"$found")" = 4 ] || { printf 'too many:\n%s\n' "$found"; exit 1; }
  echo 'one definition: the 4 planted pairs are found, and nothing else'
}

case ${1-} in
  --self-test) self_test ;;
  *) find_pairs "${1-$here/..}" ;;
esac
