#include "engine/data/builtin/built_in_trials.hpp"

#include <algorithm>
#include <array>

#include "engine/base/check.hpp"
#include "engine/data/builtin/digits.hpp"
#include "engine/data/builtin/mixtures.hpp"
#include "engine/data/builtin/wind_tunnel.hpp"
#include "engine/data/table_meaning.hpp"
#include "engine/data/table_trials.hpp"

namespace vgan {
namespace {

struct BuiltIn {
  const char* name;
  bool table;
  Trials (*make)(std::uint64_t seed, const SchemaWish& schema, int threads);
};

constexpr std::int64_t digits_count = 60000;

constexpr std::array<BuiltIn, 4> built_in = {{
    {"digits", false,
     [](std::uint64_t seed, const SchemaWish&, int threads) {
       return make_digits(seed, digits_count, threads);
     }},
    {"ring8", false,
     [](std::uint64_t seed, const SchemaWish&, int) { return make_mixture(ring8(), seed); }},
    {"grid25", false,
     [](std::uint64_t seed, const SchemaWish&, int) { return make_mixture(grid25(), seed); }},
    {"wind-tunnel", true,
     [](std::uint64_t seed, const SchemaWish& schema, int) {
       Table table = make_wind_tunnel(seed);
       give_meaning(table, schema);
       return table_trials(table, infer_schema(table));
     }},
}};

const BuiltIn* named(const std::string& name) {
  const auto* const found = std::find_if(built_in.begin(), built_in.end(),
                                         [&](const BuiltIn& one) { return one.name == name; });
  return found == built_in.end() ? nullptr : found;
}

}  // namespace

std::vector<std::string> built_in_names() {
  std::vector<std::string> names;
  for (const BuiltIn& one : built_in) names.emplace_back(one.name);
  return names;
}

bool is_built_in(const std::string& name) { return named(name) != nullptr; }

bool is_built_in_table(const std::string& name) {
  const BuiltIn* const one = named(name);
  return one != nullptr && one->table;
}

Trials make_built_in(const std::string& name, std::uint64_t seed, const SchemaWish& schema,
                     int threads) {
  require(is_built_in(name), "built-in data", name, "one of built_in_names");
  return named(name)->make(seed, schema, threads);
}

}  // namespace vgan
