// Words of a table's column in the order that its user says.
#include <algorithm>
#include <utility>

#include "engine/base/text.hpp"
#include "engine/data/wished_column.hpp"

namespace vgan {
namespace {

// Which of the user's values a word is, by its text or else by its number; their count where it is
// none.
std::size_t value_of(const WishedColumn& of, const std::string& word) {
  const std::vector<WishedValue>& values = *of.wish.values;
  const auto find = [&](const auto& is) {
    return static_cast<std::size_t>(std::find_if(values.begin(), values.end(), is) -
                                    values.begin());
  };
  const std::size_t same = find([&](const WishedValue& value) { return value.text == word; });
  const std::optional<double> number = of.number_of(word);
  if (same < values.size() || !number) return same;
  return find([&](const WishedValue& value) { return value.number == number; });
}

void order_by_values(WishedColumn& of) {
  const std::vector<WishedValue>& values = *of.wish.values;
  std::vector<std::string> texts;
  for (const WishedValue& value : values) texts.push_back(value.text);
  std::vector<std::string> order = texts;
  std::vector<std::int32_t> place;
  std::vector<bool> seen(values.size());
  for (std::size_t word = 0; word < of.column.words.size(); ++word) {
    const std::size_t value = value_of(of, of.column.words[word]);
    if (value == values.size()) {
      const std::string nearest = suggestion(of.column.words[word], texts);
      of.refuse_word(word, some_of(texts, "..."),
                     nearest + (nearest.empty() ? "" : " else ") +
                         "correct the cell, or add it to values or to missing");
    }
    // As the file spells it where it first stands.
    if (!seen[value]) order[value] = of.column.words[word];
    seen[value] = true;
    place.push_back(static_cast<std::int32_t>(value));
  }
  of.renumber(std::move(order), place);
}

void order_by_numbers(WishedColumn& of) {
  std::vector<std::pair<double, std::size_t>> numbers;
  for (std::size_t word = 0; word < of.column.words.size(); ++word) {
    const std::optional<double> number = of.number_of(of.column.words[word]);
    if (!number) {
      of.refuse_wish("no values",
                     "values = [\"low\", \"middle\", \"high\"] and the like, in their order",
                     "it has " + some_of(of.column.words, "and more"));
    }
    numbers.emplace_back(*number, word);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> order;
  std::vector<std::int32_t> place(numbers.size());
  for (const auto& [number, word] : numbers) {
    place[word] = static_cast<std::int32_t>(order.size());
    order.push_back(of.column.words[word]);
  }
  of.renumber(std::move(order), place);
}

}  // namespace

void order_words(WishedColumn of) {
  if (of.wish.values) {
    order_by_values(of);
  } else if (of.wish.kind == ColumnKind::ordinal) {
    order_by_numbers(of);
  }
}

}  // namespace vgan
