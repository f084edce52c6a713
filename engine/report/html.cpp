#include "engine/report/html.hpp"

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"

namespace vgan {

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '"': made += "&quot;"; break;
      case '\'': made += "&#39;"; break;
      default: made += c;
    }
  }
  return made;
}

void Html::tag(std::string_view name, Attributes attributes) {
  text_ += '<';
  text_ += name;
  for (const Attribute& attribute : attributes) {
    text_ += ' ';
    text_ += attribute.name;
    text_ += "=\"" + escaped(attribute.value) + "\"";
  }
}

Html& Html::open(std::string_view name, Attributes attributes) {
  tag(name, attributes);
  text_ += '>';
  open_.emplace_back(name);
  return *this;
}

Html& Html::close() {
  if (open_.empty()) throw Error(ErrorCode::internal, {"no element is open", "", "", "", ""});
  text_ += "</" + open_.back() + ">";
  open_.pop_back();
  return *this;
}

Html& Html::text(std::string_view text) {
  text_ += escaped(text);
  return *this;
}

Html& Html::element(std::string_view name, Attributes attributes, std::string_view text) {
  return open(name, attributes).text(text).close();
}

Html& Html::single(std::string_view name, Attributes attributes) {
  tag(name, attributes);
  text_ += "/>";
  return *this;
}

Html& Html::add(const Html& part) {
  text_ += part.str();
  return *this;
}

Html& Html::own(std::string_view code) {
  text_ += code;
  return *this;
}

const std::string& Html::str() const {
  if (!open_.empty()) {
    throw Error(ErrorCode::internal, {"an element is open", open_.back(), "", "", ""});
  }
  return text_;
}

}  // namespace vgan
