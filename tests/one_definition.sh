#!/usr/bin/env bash
# The one-definition rule: no two files define a type, or an inline function in a header, of one name
# in one namespace. Two that reach one program break it without a word from compiler or linker, and
# which of them is used changes with the optimisation.
#
# usage: one_definition.sh [--self-test | FOLDER]       FOLDER: a source tree (default: this one)
#   --self-test   plants pairs in a folder of its own; all must be found, and no lawful pair
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# Prints "NAMESPACE::NAME FILE" for each definition; a function's name has the types of its parameters.
# Files are laid out by clang-format: what stands in a namespace begins in the first column. Unnamed
# namespaces are a file's own.
definitions() {  # FILE...
  awk '
    FNR == 1 { depth = 0; unnamed = 0 }
    function enter(part) {
      stack[++depth] = part
      if (part == "") ++unnamed
    }
    function inside(    i, all) {
      for (i = 1; i <= depth; ++i) all = all stack[i] "::"
      return all
    }
    # Appends lines to `text` until one of them opens a body or ends a declaration.
    function whole(text,    line) {
      while (text !~ /[{;]/ && (getline line) > 0) {
        sub(/^ +/, " ", line)
        text = text line
      }
      return text
    }
    # "(int x, const std::map<A, B>& y = {})" to "(int,const std::map<A,B>&)".
    function types(list,    i, c, open, parameter, all) {
      for (i = 2; i <= length(list); ++i) {
        c = substr(list, i, 1)
        if (c ~ /[<({]/) ++open
        if (c ~ /[>})]/ && --open < 0 || c == "," && open == 0) {
          sub(/ = .*/, "", parameter)
          if (parameter ~ /[A-Za-z_0-9>&*] *[A-Za-z_][A-Za-z_0-9]*$/ && parameter ~ /[ &*>]/) {
            sub(/[A-Za-z_][A-Za-z_0-9]*$/, "", parameter)
          }
          gsub(/ +/, " ", parameter); sub(/^ /, "", parameter); sub(/ $/, "", parameter)
          all = all (all == "" ? "" : ",") parameter
          parameter = ""
          if (open < 0) break
          continue
        }
        parameter = parameter c
      }
      return "(" all ")"
    }
    /^namespace .*\{$/ {
      part = $0
      sub(/^namespace /, "", part); sub(/ ?\{$/, "", part)
      enter(part)
      next
    }
    /^}  \/\/ namespace/ {
      if (depth > 0 && stack[depth--] == "") --unnamed
      next
    }
    unnamed > 0 { next }
    { text = $0 }
    /^template / {
      if (text ~ /^template <>/) { getline; next }  # a specialisation is another definition
      if (text ~ /> (class|struct) /) sub(/^template .*> /, "", text); else next
    }
    text ~ /^(class|struct|union|enum)( |$)/ {
      text = whole(text)
      gsub(/alignas\([^)]*\) /, "", text)
      if (text ~ /^[^{]*;/) next  # a declaration, or a variable
      sub(/^(class|struct|union|enum class|enum struct|enum) /, "", text)
      sub(/[^A-Za-z_0-9:<].*/, "", text)
      if (text != "" && text !~ /</) print inside() text, FILENAME
      next
    }
    FILENAME ~ /\.(hpp|cuh)$/ && /^[A-Za-z_].*\(/ && !/^(static_assert|using|typedef|TEST_CASE|VGAN_[A-Z_]*\()/ {
      text = whole(text)
      if (text ~ /^[^{]*;/) next
      gsub(/\( /, "(", text)
      sub(/ ?\{$/, "", text); sub(/ ?\{ .*\}$/, "", text)
      called = text
      sub(/\(.*/, "", called); sub(/.*[ *&]/, "", called)
      if (match(text, /operator[^A-Za-z_0-9 (]+/)) called = substr(text, RSTART, RLENGTH)
      list = text
      sub(/^[^(]*\(/, "(", list)
      if (called != "") print inside() called types(list), FILENAME
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
struct alignas(64) Aligned {
};
struct Derived : DeviceState {
};
template <class T> struct OneLine {
};
inline int twice(int x) {
  return 2 * x;
}
inline int twice(double x) {
  return 2;
}
inline int broken(int alpha, const std::map<int, int>& beta) {
  return 2;
}
inline bool operator==(const DeviceState& a, const DeviceState& b) {
  return true;
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
struct alignas(32) Aligned {
};
struct Derived
    : DeviceState {
};
template <class T> struct OneLine {
};
inline int twice(int value) {
  return x + x;
}
inline int broken(
    int alpha, const std::map<int, int>& beta) {
  return 3;
}
inline bool operator==(const DeviceState& a, const DeviceState& c) {
  return false;
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
  local name planted=(DeviceState Way Aligned Derived OneLine 'twice(int)' 'each(Body)'
    'broken(int,const std::map<int, int>&)' 'operator==(const DeviceState&,const DeviceState&)')
  for name in "${planted[@]}"; do
    grep -qF "vgan::testing::$name is defined in" <<<"$found" || {
      printf 'one_definition: not found: %s, only\n%s\n' "$name" "$found"
      exit 1
    }
  done
  [ "$(grep -c ' is defined in ' <<<"$found")" = ${#planted[@]} ] || { printf 'too many:\n%s\n' "$found"; exit 1; }
  echo "one definition: the ${#planted[@]} planted pairs are found, and nothing else"
}

case ${1-} in
  --self-test) self_test ;;
  *) find_pairs "${1-$here/..}" ;;
esac
