#include "engine/base/words.hpp"

#include <algorithm>
#include <set>

#include "engine/base/error.hpp"
#include "engine/data/schema.hpp"
#include "engine/generate/generate.hpp"
#include "engine/settings/choices.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace vgan;
using Catch::Matchers::ContainsSubstring;

// Each enumerator has one word, none of them twice; a word reads back to its enumerator.
template <class Enum>
void check_table(std::size_t enumerators) {
  const auto& table = WordTable<Enum>::table;
  INFO(WordTable<Enum>::setting);
  std::set<std::string> words;
  std::set<Enum> values;
  for (const auto& [value, text, help] : table) {
    words.insert(text);
    values.insert(value);
    CHECK(static_cast<std::size_t>(value) < enumerators);
    CHECK(to_text(value) == text);
    CHECK(read_word<Enum>(text) == value);
  }
  CHECK(table.size() == enumerators);
  CHECK(words.size() == enumerators);
  CHECK(values.size() == enumerators);
  CHECK_THROWS_AS(read_word<Enum>(""), Error);
}

}  // namespace

TEST_CASE("each setting that is a word has one word for each of its values", "[settings]") {
  check_table<ScaleKind>(5);
  check_table<ModelKind>(4);
  check_table<NetKind>(3);
  check_table<NormKind>(3);
  check_table<OutputKind>(4);
  check_table<LossKind>(6);
  check_table<LikelihoodKind>(4);
  check_table<ScheduleKind>(3);
  check_table<PrecisionKind>(4);
  check_table<StepKind>(3);
  check_table<AugmentKind>(3);
  check_table<SampleFormat>(9);
  check_table<SampleShape>(3);
  check_table<DelimiterKind>(6);
  check_table<DecimalKind>(3);
  check_table<HeaderKind>(3);
  check_table<ColumnKind>(10);
  check_table<ColumnRole>(3);
}

TEST_CASE("an unknown word is refused with the setting and all of its words", "[settings]") {
  CHECK_THROWS_WITH(read_word<LossKind>("wgan"),
                    ContainsSubstring("loss") && ContainsSubstring("'wgan'") &&
                        ContainsSubstring("bce, minimax, article, lsgan, hinge, wgan-gp"));
  CHECK_THROWS_WITH(read_word<ScaleKind>("row"),
                    ContainsSubstring("auto, data, column, scores, none"));
}

TEST_CASE("the words of a setting as --help lists them", "[settings]") {
  CHECK(words_help<NetKind>() == "mlp, conv (images) or conv1d (curves)");
  CHECK(words_help<LikelihoodKind>() ==
        "auto (columns for tables, else bernoulli), bernoulli, gaussian or columns (by what each "
        "column is)");
  CHECK(alternatives({"a"}) == "a");
  CHECK(alternatives({}).empty());
}
