#include "engine/data/trials.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t fnv_offset = 14695981039346656037ULL;
constexpr std::uint64_t fnv_prime = 1099511628211ULL;

// FNV-1a over words of eight bytes, high bits folded down, so that 47 MB of MNIST take
// milliseconds.
std::uint64_t fnv1a(std::uint64_t hash, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  for (; bytes >= 8; bytes -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * fnv_prime;
    hash ^= hash >> 32;  // a product carries upwards only
  }
  for (; bytes > 0; --bytes, ++at) hash = (hash ^ *at) * fnv_prime;
  return hash;
}

[[noreturn]] void contradiction(const Trials& trials, const std::string& found,
                                const std::string& allowed, const std::string& remedy = "") {
  throw Error(ErrorCode::bad_data,
              {"data that contradict themselves", trials.source, found, allowed, remedy});
}

// first * second, which sizes of a caller's may put beyond 64 bits.
std::int64_t product(const Trials& trials, std::int64_t first, std::int64_t second) {
  std::int64_t result = 0;
  if (!__builtin_mul_overflow(first, second, &result)) return result;
  contradiction(trials, std::to_string(first) + " x " + std::to_string(second) + " values",
                "a product of at most 2^63 - 1");
}

// Sizes of 1 or more, of which there are as many values as they say.
void require_sizes(const Trials& trials) {
  if (trials.shape.height < 1 || trials.shape.width < 1 || trials.shape.channels < 1) {
    throw Error(ErrorCode::bad_data, {"no data to train on", trials.source,
                                      "images of " + std::to_string(trials.shape.height) + " x " +
                                          std::to_string(trials.shape.width) + " x " +
                                          std::to_string(trials.shape.channels),
                                      "at least one pixel", ""});
  }
  const std::int64_t each = trials.values_per_trial();
  const std::size_t held =
      std::visit([](const auto& values) { return values.size(); }, trials.values);
  if (trials.count < 0 || held != static_cast<std::size_t>(product(trials, trials.count, each))) {
    contradiction(trials, std::to_string(held) + " pixels",
                  std::to_string(trials.count) + " images of " + std::to_string(each));
  }
  const auto count = static_cast<std::size_t>(trials.count);
  if (!trials.labels.empty() && trials.labels.size() != count) {
    contradiction(trials, counted(trials.labels.size(), "label"), std::to_string(count));
  }
  if (trials.condition_size < 0 ||
      trials.conditions.size() !=
          static_cast<std::size_t>(product(trials, trials.count, trials.condition_size))) {
    contradiction(trials, std::to_string(trials.conditions.size()) + " numbers of conditions",
                  std::to_string(trials.count) + " x " + std::to_string(trials.condition_size));
  }
}

std::string range_text(double low, double high) {
  return general_text(low) + " to " + general_text(high);
}

// Every value is within low..high, to a float's precision, which NaN never is.
template <class Number>
void require_values(const Trials& trials, const std::vector<Number>& values, std::int64_t columns,
                    double low, double high, const char* kind) {
  const auto least = static_cast<float>(low);
  const auto greatest = static_cast<float>(high);
  const auto bad = std::find_if(values.begin(), values.end(), [&](Number value) {
    return !(static_cast<float>(value) >= least && static_cast<float>(value) <= greatest);
  });
  if (bad == values.end()) return;
  const auto value = static_cast<double>(*bad);
  const std::int64_t at = bad - values.begin();
  const std::string place = " in row " + std::to_string(at / columns) + ", column " +
                            std::to_string(at % columns) + " of the " + kind;
  if (!std::isfinite(static_cast<float>(*bad))) {
    contradiction(trials,
                  (std::isnan(value) ? "NaN" : "an infinite number or one beyond float32") + place,
                  "finite numbers", "replace it, or leave the row out");
  }
  contradiction(trials, general_text(value) + place, range_text(low, high),
                "set by_values, or low and high to the least and the greatest value");
}

// Sides that go with the kind, and labels that have names where any have.
void require_meaning(const Trials& trials) {
  const bool known =
      static_cast<std::size_t>(trials.shape.kind) < trial_kinds.size() &&
      (!trials.file_type || static_cast<std::size_t>(*trials.file_type) < value_types.size());
  if (!known) contradiction(trials, "a kind or file_type that is none", "those of the enums");
  if (trials.shape.kind != TrialKind::image && trials.shape.height != 1) {
    contradiction(trials,
                  std::string(info_of(trials.shape.kind).plural) + " of height " +
                      std::to_string(trials.shape.height),
                  "1, with all numbers along the width");
  }
  if (trials.schema && trials.schema->encoded_size() != trials.shape.size()) {
    contradiction(trials,
                  "a schema of " + std::to_string(trials.schema->encoded_size()) + " numbers a row",
                  "the " + std::to_string(trials.shape.size()) + " values of a trial");
  }
  if (trials.class_names.empty()) return;
  const auto named = static_cast<std::int64_t>(trials.class_names.size());
  const auto bad = std::find_if(trials.labels.begin(), trials.labels.end(),
                                [&](std::int32_t label) { return label < 0 || label >= named; });
  if (bad == trials.labels.end()) return;
  contradiction(
      trials,
      "class " + std::to_string(*bad) + " in row " + std::to_string(bad - trials.labels.begin()),
      "0 to " + std::to_string(named - 1) + ", as many as there are class names");
}

void require_within(const Trials& trials, std::int64_t first, std::int64_t n) {
  require_sizes(trials);
  if (first >= 0 && n >= 0 && first <= trials.count && n <= trials.count - first) return;
  throw Error(ErrorCode::internal,
              {"no such images", trials.source,
               std::to_string(n) + " from number " + std::to_string(first) + " on",
               std::to_string(trials.count) + " images", ""});
}

std::string text_of(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

template <class Number>
std::uint64_t hash_of(std::uint64_t hash, const std::vector<Number>& values) {
  return fnv1a(hash, values.data(), values.size() * sizeof(Number));
}

}  // namespace

std::int64_t Trials::values_per_trial() const {
  return product(*this, product(*this, shape.height, shape.width), shape.channels);
}

std::size_t Trials::bytes() const {
  return std::visit([](const auto& values) { return values.size() * sizeof(values[0]); }, values);
}

std::vector<std::int64_t> Trials::array_shape() const {
  std::vector<std::int64_t> axes{count};
  if (shape.kind == TrialKind::image) axes.push_back(shape.height);
  axes.push_back(shape.kind == TrialKind::row ? values_per_trial() : shape.width);
  if (shape.kind != TrialKind::row && shape.channels > 1) axes.push_back(shape.channels);
  return axes;
}

ValueType Trials::value_type() const {
  if (file_type) return *file_type;
  return std::visit(
      [](const auto& values) {
        return value_type_of<typename std::decay_t<decltype(values)>::value_type>();
      },
      values);
}

Trials Trials::outline() const {
  Trials made;
  made.shape = shape;
  std::visit([&](const auto& values) { made.values = std::decay_t<decltype(values)>(); }, values);
  made.file_type = file_type;
  made.low = low;
  made.high = high;
  made.by_values = by_values;
  made.class_names = class_names;
  made.schema = schema;
  made.source = source;
  return made;
}

Trials Trials::part(std::int64_t first, std::int64_t n) const {
  require_within(*this, first, n);
  const auto cut = [&](const auto& values, std::int64_t each) {
    const auto begin = values.begin() + first * each;
    return std::decay_t<decltype(values)>(begin, begin + n * each);
  };
  Trials made = outline();
  made.count = n;
  std::visit([&](const auto& values) { made.values = cut(values, values_per_trial()); }, values);
  if (!labels.empty()) made.labels = cut(labels, 1);
  made.conditions = cut(conditions, condition_size);
  made.condition_size = condition_size;
  return made;
}

void Trials::keep_first(std::int64_t n) {
  require_within(*this, 0, n);
  const auto trials = static_cast<std::size_t>(n);
  const auto each = static_cast<std::size_t>(values_per_trial());
  std::visit([&](auto& values) { values.resize(trials * each); }, values);
  if (!labels.empty()) labels.resize(trials);
  conditions.resize(trials * static_cast<std::size_t>(condition_size));
  count = n;
}

std::string Trials::fingerprint() const {
  // One channel hashes as it did before there were others, so that old runs can be resumed.
  const std::int64_t sides[4] = {count, shape.height, shape.width, shape.channels};
  const std::size_t counted = shape.channels == 1 ? 3 : 4;
  const std::uint64_t hash = fnv1a(fnv_offset, sides, counted * sizeof(sides[0]));
  std::uint64_t all = std::visit([&](const auto& values) { return hash_of(hash, values); }, values);
  if (schema) {
    for (const std::string& name : encoded_names(*schema)) {
      all = fnv1a(all, name.data(), name.size() + 1);
    }
  }
  return text_of(all);
}

std::string Trials::labels_fingerprint() const { return text_of(hash_of(fnv_offset, labels)); }

std::string Trials::conditions_fingerprint() const {
  return text_of(hash_of(fnv1a(fnv_offset, &condition_size, sizeof(condition_size)), conditions));
}

void Trials::require_consistent() const {
  require_sizes(*this);
  if (count < 1) {
    throw Error(ErrorCode::bad_data,
                {"no data to train on", source, "0 images", "at least one", ""});
  }
  require_meaning(*this);
  constexpr double largest = std::numeric_limits<float>::max();
  if (!by_values && (!(low < high) || !std::isnormal(high - low))) {
    throw Error(ErrorCode::bad_data,
                {"data without a range", source, range_text(low, high),
                 "low below high, finite and further apart than 2.2e-308", ""});
  }
  std::visit(
      [&](const auto& values) {
        require_values(*this, values, values_per_trial(), by_values ? -largest : low,
                       by_values ? largest : high, "trials");
      },
      values);
  require_values(*this, conditions, std::max<std::int64_t>(condition_size, 1), -largest, largest,
                 "conditions");
}

}  // namespace vgan
