#include "engine/settings/layer_list.hpp"

#include <algorithm>
#include <charconv>

#include "engine/base/error.hpp"
#include "engine/base/split.hpp"

namespace vgan {
namespace {

constexpr std::int64_t largest = 1 << 20;
constexpr std::int64_t largest_side = 64;  ///< of kernels and strides, as --kernel has it
constexpr std::size_t most_layers = 64;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

class Item {
 public:
  Item(const std::string& name, const std::string& text) : name_(name), text_(text) {}

  LayerItem read() const {
    const std::vector<std::string> words = split(text_, ':');
    LayerItem item;
    item.kind = kind(words[0]);
    if (words.size() < 2) refuse();
    read_size(words[1], item);
    for (std::size_t i = 2; i < words.size(); ++i) read_option(words[i], item);
    return item;
  }

 private:
  [[noreturn]] void refuse() const {
    throw Error(ErrorCode::bad_config,
                {"bad setting", name_, "'" + text_ + "'",
                 "dense:N, dense:HxWxC, conv:C or up:C, then any of :kN, :sN, :bn",
                 "e.g. dense:7x7x128:bn,up:64:bn"});
  }

  LayerItem::Kind kind(const std::string& word) const {
    if (word == "dense") return LayerItem::Kind::dense;
    if (word == "conv") return LayerItem::Kind::conv;
    if (word == "up") return LayerItem::Kind::up;
    refuse();
  }

  std::int64_t number(const std::string& digits, std::int64_t most = largest) const {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    if (!whole || value < 1 || value > most) refuse();
    return value;
  }

  void read_size(const std::string& word, LayerItem& item) const {
    const std::vector<std::string> extents = split(word, 'x');
    if (extents.size() == 3 && item.kind == LayerItem::Kind::dense) {
      item.height = number(extents[0]);
      item.width = number(extents[1]);
      item.size = number(extents[2]);
      if (item.height * item.width * item.size > most_numbers) refuse();
    } else if (extents.size() == 1) {
      item.size = number(word);
    } else {
      refuse();
    }
  }

  void read_option(const std::string& word, LayerItem& item) const {
    const bool convolves = item.kind != LayerItem::Kind::dense;
    if (word == "bn") {
      item.normalised = true;
    } else if (convolves && word.size() > 1 && word[0] == 'k') {
      item.kernel = number(word.substr(1), largest_side);
    } else if (convolves && word.size() > 1 && word[0] == 's') {
      item.stride = number(word.substr(1), largest_side);
    } else {
      refuse();
    }
  }

  const std::string& name_;
  const std::string& text_;
};

}  // namespace

std::vector<LayerItem> parse_layers(const std::string& name, const std::string& list) {
  std::vector<LayerItem> items;
  if (list.empty()) return items;
  const std::vector<std::string> parts = split(list, ',');
  if (parts.size() > most_layers) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", name, std::to_string(parts.size()) + " layers",
                 "up to " + std::to_string(most_layers), ""});
  }
  for (const std::string& part : parts) {
    const std::string text = trimmed(part);
    items.push_back(Item(name, text).read());
  }
  return items;
}

}  // namespace vgan
