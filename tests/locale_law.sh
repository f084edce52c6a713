#!/usr/bin/env bash
# The locale law: numbers that may have a fraction are written and read by engine/base/number_text alone
# (and JSON by engine/base/json_text and nlohmann's writer), so that a process whose locale has a decimal
# comma writes the same files. Prints every line that breaks it.
#
# usage: locale_law.sh [--self-test | --binaries FILE... | FOLDER]
#   FOLDER        a source tree (default: this one)
#   --binaries    libraries with their symbols, for what no line shows: std::to_string of a double,
#                 a stream's << and >> of a number (programs have CLI11's own, which they do not use)
#   --self-test   plants one violation of each kind; all must be found
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# A conversion of printf or scanf for floating-point numbers, within a string.
conversion='"[^"]*%[-+#0]*([0-9]+|\*)?(\.([0-9]+|\*)?)?[lL]?[aefgAEFG][^"]*"'
calls='\b(sto[df]|stold|strto(d|f|ld)|atof|[fsv]*scanf|setprecision|strtod_l)[[:space:]]*\('
streams='#include <(sstream|iomanip|format)>|\bstd::(cout|cerr|clog)\b|\bo?stringstream\b'
parsers='\bjson::parse\('

# FILE|PATTERN: what may stay, with its reason.
#   command_line.cpp, step_run.cpp, doctor_command.cpp  istringstream: words alone are taken from it
#   json_text.cpp                                       has the C locale while it parses
lawful() {  # FILE LINE
  case $1 in
    engine/base/json_text.cpp) [[ $2 == *json::parse\(* ]] ;;
    apps/shared/command_line.cpp | apps/bench/step_run.cpp | apps/vgan_cuda/doctor_command.cpp)
      [[ $2 == '#include <sstream>' ]]
      ;;
    *) return 1 ;;
  esac
}

check() {
  cd "$1"
  local files=() line file number text found=0
  mapfile -t files < <(find kernels engine apps -type f -regextype posix-extended \
    -regex '.*\.(h|hpp|cpp|cu|cuh)' | sort)
  if [ ${#files[@]} = 0 ]; then
    echo "locale law: no C++ files in $1"
    return 1
  fi
  while IFS= read -r line; do
    [[ $line =~ ^([^:]*):([0-9]+):(.*)$ ]] || continue
    file=${BASH_REMATCH[1]} number=${BASH_REMATCH[2]} text=${BASH_REMATCH[3]}
    [[ $text =~ ^[[:space:]]*// ]] && continue
    [ "$file" = engine/base/number_text.hpp ] || [ "$file" = engine/base/number_text.cpp ] && continue
    lawful "$file" "$text" && continue
    echo "$file:$number: $text"
    found=$((found + 1))
  done < <(grep -HnE "$conversion|$calls|$streams|$parsers" "${files[@]}" || true)
  echo "locale law: ${#files[@]} files, $found lines that a locale changes; engine/base/number_text.hpp does it"
  [ $found = 0 ]
}

# What a line of source does not show. nlohmann's parser itself calls strtod, see json_text.cpp; toml++
# takes doubles from a stream of its own, which it gives the C locale.
symbols='__gnu_cxx::__to_xstring|::_M_insert<|::_M_extract<(bool|short|int|long|float|unsigned)'
symbols+='|std::(basic_)?ostream.*::operator<<\((bool|short|int|long|float|double|unsigned)'
symbols+='|std::(basic_)?istream.*::operator>>\((bool|short|int|long|float|double|unsigned)'
symbols+='|\bsscanf|\batof@'

check_binaries() {
  local file found=0 hits
  for file in "$@"; do
    hits=$(nm -C "$file" 2>/dev/null | grep -E "$symbols" || true)
    [ -n "$hits" ] || continue
    echo "$file:"
    echo "$hits" | sort -u | head -n 20
    found=$((found + 1))
  done
  echo "locale law: $# binaries, $found that write or read numbers by the locale"
  [ $found = 0 ]
}

violations='engine/a.cpp|std::snprintf(text, sizeof(text), "%g", value);
engine/b.cpp|std::printf("of %-12.6f s\n", seconds);
engine/c.cpp|std::fprintf(file, "%.*e", digits, value);
engine/d.cpp|const double value = std::stod(text);
engine/e.cpp|if (std::strtof(text.c_str(), &end) > 0) return;
engine/f.cpp|std::sscanf(text, "%d", &value);
engine/g.cpp|std::ostringstream out;
engine/h.cpp|#include <iomanip>
engine/i.cpp|const auto entry = nlohmann::json::parse(line);
apps/a/a.cpp|std::cout << value;
kernels/a.cu|printf("%8.3lf", value);'
kept='engine/k.cpp|// "%g" in the C locale
engine/l.cpp|std::printf("%s: %llu of %d%%\n", name, count, share);
engine/m.cpp|const std::int64_t left = at % across * 4;
engine/base/number_text.cpp|std::snprintf(text, sizeof(text), "%g", value);
engine/n.cpp|const auto value = read_number<double>(text);'

self_test() {
  local folder report file text missed=0 planted=0
  folder=$(mktemp -d)
  trap "rm -rf '$folder'" EXIT
  while IFS='|' read -r file text; do
    mkdir -p "$folder/$(dirname "$file")"
    printf '%s\n' "$text" >"$folder/$file"
  done <<<"$violations"$'\n'"$kept"
  if report=$(check "$folder"); then
    echo 'locale law: the self-test planted violations and the check passed'
    return 1
  fi
  while IFS='|' read -r file text; do
    planted=$((planted + 1))
    grep -q "^$file:1: " <<<"$report" || { echo "missed: $text" && missed=$((missed + 1)); }
  done <<<"$violations"
  while IFS='|' read -r file text; do
    ! grep "^$file:" <<<"$report" || missed=$((missed + 1))
  done <<<"$kept"
  printf '#include <string>\nstd::string f(double x) { return std::to_string(x); }\n' >"$folder/s.cpp"
  printf '#include <ostream>\nvoid f(std::ostream& o, int x) { o << x; }\n' >"$folder/t.cpp"
  printf '#include <string>\nstd::string f(int x) { return std::to_string(x); }\n' >"$folder/u.cpp"
  for file in s t u; do "${CXX:-c++}" -O2 -c "$folder/$file.cpp" -o "$folder/$file.o"; done
  for file in s t; do
    ! check_binaries "$folder/$file.o" >/dev/null || { echo "missed: $file.o" && missed=$((missed + 1)); }
  done
  check_binaries "$folder/u.o" >/dev/null || missed=$((missed + 1))
  echo "locale law: self-test planted $((planted + 2)) violations, $missed wrong answers"
  [ $missed = 0 ]
}

case ${1-} in
  --self-test) self_test ;;
  --binaries)
    shift
    check_binaries "$@"
    ;;
  *) check "${1:-$here/..}" ;;
esac
