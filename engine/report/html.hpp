// HTML and SVG as text, in which no name, whoever chose it, can be anything but text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace vgan {

/// `text` as it may stand between tags and within quoted attributes: & < > " ' by their names, and
/// what is no UTF-8, or a control character, as printable() has it.
std::string escaped(std::string_view text);

/// Writes elements one after the other. Tags and the names of attributes are the program's own;
/// their values, and what is text, are escaped.
class Html {
 public:
  struct Attribute {
    std::string_view name;
    std::string value;
  };
  using Attributes = std::initializer_list<Attribute>;

  Html& open(std::string_view tag, Attributes attributes = {});
  /// Closes the element that was opened last. Throws internal where none is open.
  Html& close();
  Html& text(std::string_view text);
  /// An element with nothing but text.
  Html& element(std::string_view tag, Attributes attributes, std::string_view text);
  Html& element(std::string_view tag, std::string_view text) { return element(tag, {}, text); }
  /// An element without an end, such as img, input, path.
  Html& single(std::string_view tag, Attributes attributes = {});
  /// Puts another writer's finished elements here. Throws internal where one of them is open.
  Html& add(const Html& part);
  /// Puts text here that is no markup and needs none: a style sheet or script of the program's own.
  Html& own(std::string_view code);

  bool empty() const { return text_.empty(); }
  /// Throws internal where an element is open.
  const std::string& str() const;

 private:
  void tag(std::string_view name, Attributes attributes);

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace vgan
