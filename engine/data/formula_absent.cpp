// Stands in for formula.cpp where the build has no muParser.
#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "engine/base/text.hpp"
#include "engine/data/formula.hpp"

namespace vgan {

struct Formula::Parser {};

Formula::Formula(const std::string& text, const std::vector<std::string>&,
                 const std::string& where) {
  throw Error(ErrorCode::bad_config,
              {"bad schema", where, "the formula '" + shortened(text) + "'",
               "none: this build has no muParser",
               "leave it out, or build vgan where Debian's libmuparser-dev is installed"});
}

Formula::Formula(Formula&&) noexcept = default;
Formula::~Formula() = default;

double Formula::operator()(std::span<const double>) const { return 0.0; }

std::vector<Library> formula_libraries() { return {}; }

}  // namespace vgan
