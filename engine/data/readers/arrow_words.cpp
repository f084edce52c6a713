#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/data/readers/arrow_column.hpp"
#include "engine/data/readers/column_reader.hpp"

namespace vgan {
namespace {

using arrow::Type;

template <class Array>
const Array& as(const arrow::Array& array) {
  return static_cast<const Array&>(array);
}

/// Text, and booleans as words.
class Words final : public ArrowColumn {
 public:
  explicit Words(ArrowPlace place) : place_(std::move(place)) {}

  void add(const arrow::Array& array, std::int64_t row) override {
    switch (array.type_id()) {
      case Type::BOOL:
        return each(array, row, [&](std::int64_t i) -> std::string_view {
          return as<arrow::BooleanArray>(array).Value(i) ? "true" : "false";
        });
      case Type::LARGE_STRING:
        return each(array, row,
                    [&](std::int64_t i) { return as<arrow::LargeStringArray>(array).GetView(i); });
      case Type::STRING_VIEW:
        return each(array, row,
                    [&](std::int64_t i) { return as<arrow::StringViewArray>(array).GetView(i); });
      default:
        return each(array, row,
                    [&](std::int64_t i) { return as<arrow::StringArray>(array).GetView(i); });
    }
  }

  void add_number(std::int32_t word) { cells_.push_back(word); }
  /// Which word it is; a new one is put behind the others.
  std::int32_t number_of(std::string_view text, std::int64_t row) {
    const auto found = known_.find(text);
    if (found != known_.end()) return found->second;
    if (!is_plain_text(text)) require_text(text, place_.cell(row));
    const auto number = static_cast<std::int32_t>(words_.size());
    words_.emplace_back(text);
    known_.emplace(text, number);
    return number;
  }

  void take(TableColumn& column, std::vector<std::string>&) override {
    column.numeric = false;
    column.cells = std::move(cells_);
    column.words = std::move(words_);
  }

 private:
  template <class Call>
  void each(const arrow::Array& array, std::int64_t row, Call&& text_at) {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) {
        cells_.push_back(-1);
      } else {
        cells_.push_back(number_of(text_at(i), row + i));
      }
    }
  }

  ArrowPlace place_;
  std::vector<std::int32_t> cells_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, std::int32_t, WordHash, std::equal_to<>> known_;
};

/// Categories of words, in the order of the file's dictionary as far as rows have them; or of
/// numbers, which are numbers.
class Categories final : public ArrowColumn {
 public:
  explicit Categories(const ArrowPlace& place) : place_(place), words_(place) {}

  void add(const arrow::Array& array, std::int64_t row) override {
    const auto& coded = as<arrow::DictionaryArray>(array);
    if (coded.dictionary() != dictionary_) take_dictionary(coded.dictionary(), row);
    if (numeric_) {
      each(
          coded, [&](std::size_t code) { numbers_.push_back(values_.numbers[code]); },
          [&] { numbers_.push_back(std::numeric_limits<double>::quiet_NaN()); });
      return;
    }
    std::vector<bool> used(values_.cells.size(), false);
    each(
        coded, [&](std::size_t code) { used[code] = true; }, [] {});
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i] || places_[i] >= 0 || values_.cells[i] < 0) continue;
      places_[i] = words_.number_of(values_.words[static_cast<std::size_t>(values_.cells[i])], row);
    }
    each(
        coded, [&](std::size_t code) { words_.add_number(places_[code]); },
        [&] { words_.add_number(-1); });
  }

  void take(TableColumn& column, std::vector<std::string>& notes) override {
    if (!numeric_) return words_.take(column, notes);
    column.numbers = std::move(numbers_);
    column.style = style_;
    if (!notes_.empty()) notes.push_back(notes_.front());
  }

 private:
  template <class Call, class Missing>
  static void each(const arrow::DictionaryArray& coded, Call&& call, Missing&& missing) {
    for (std::int64_t i = 0; i < coded.length(); ++i) {
      if (coded.IsNull(i)) {
        missing();
      } else {
        call(static_cast<std::size_t>(coded.GetValueIndex(i)));
      }
    }
  }

  void take_dictionary(const std::shared_ptr<arrow::Array>& dictionary, std::int64_t row) {
    const auto values = make_arrow_column(place_, *dictionary->type());
    values->add(*dictionary, row);
    values_ = {};
    values->take(values_, notes_);
    dictionary_ = dictionary;
    numeric_ = values_.numeric;
    places_.assign(values_.cells.size(), -1);
    const NumberStyle& style = values_.style;
    style_.least_decimals =
        first_ ? style.least_decimals : std::min(style_.least_decimals, style.least_decimals);
    style_.most_decimals = std::max(style_.most_decimals, style.most_decimals);
    style_.digits = std::max(style_.digits, style.digits);
    style_.exponents = style_.exponents || style.exponents;
    first_ = false;
  }

  ArrowPlace place_;
  std::shared_ptr<arrow::Array> dictionary_;  // that `values_` is of
  TableColumn values_;
  std::vector<std::int32_t> places_;  // which of the column's words each of `values_` is; -1: none
  Words words_;
  bool numeric_ = false, first_ = true;
  std::vector<double> numbers_;
  NumberStyle style_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<ArrowColumn> make_arrow_words(const ArrowPlace& place) {
  return std::make_unique<Words>(place);
}

std::unique_ptr<ArrowColumn> make_arrow_categories(const ArrowPlace& place) {
  return std::make_unique<Categories>(place);
}

}  // namespace vgan
