#include "engine/settings/toml_guard.hpp"

#include <algorithm>
#include <string_view>

#include "engine/base/error.hpp"

namespace vgan {
namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_of(char c, std::string_view others) {
  return letters_and_digits.find(c) != std::string_view::npos ||
         others.find(c) != std::string_view::npos;
}

/// Goes over the text once, line by line.
class Reader {
 public:
  Reader(std::string_view text, const std::string& origin, const PlainToml& plain)
      : text_(text), origin_(origin), plain_(plain) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.starts_with(byte_order_mark)) line_start_ = at_ = byte_order_mark.size();
  }

  void read() {
    for (; at_ < text_.size(); end_line()) {
      skip_blanks();
      if (at_end_of_line() || peek() == '#') continue;
      if (!plain_.block.empty() && text_.substr(at_).starts_with(plain_.block)) {
        at_ += plain_.block.size();
        skip_blanks();
        if (!at_end_of_line() && peek() != '#') fail("the end of the line, or a comment");
        continue;
      }
      if (!is_of(peek(), "-_")) fail(line_allowed());
      while (is_of(peek(), "-_")) ++at_;
      skip_blanks();
      if (peek() != '=') fail("'=' after the key");
      ++at_;
      skip_blanks();
      if (peek() == '[') {
        list();
      } else {
        value();
      }
      skip_blanks();
      if (!at_end_of_line() && peek() != '#') fail("the end of the line, or a comment");
    }
  }

 private:
  // A zero byte where there is nothing more: no part of a file of settings may be one.
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool at_end_of_line() const { return at_ >= text_.size() || peek() == '\n' || peek() == '\r'; }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  // Over a comment, if there is one, and the line's end.
  void end_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (at_ < text_.size()) {
      ++at_;
      ++line_;
      line_start_ = at_;
    }
  }

  void value() {
    if (peek() == '"' || peek() == '\'') return quoted();
    if (!is_of(peek(), "+-.")) fail("a string, a number, true, false, or a list");
    while (is_of(peek(), "+-._:")) ++at_;
  }

  void quoted() {
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    for (;;) {
      if (at_ >= text_.size() || (!triple && at_end_of_line())) fail("the end of the string");
      if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) break;
      if (peek() == '\\' && quote == '"' && at_ + 1 < text_.size() && peek(1) != '\n') ++at_;
      step();
    }
    at_ += triple ? 3 : 1;
    // Up to two quotes may come before the three that end a string.
    for (int more = 0; triple && more < 2 && peek() == quote; ++more) ++at_;
  }

  void step() {
    const bool ends_line = peek() == '\n';
    ++at_;
    if (!ends_line) return;
    ++line_;
    line_start_ = at_;
  }

  void skip_lines() {
    for (skip_blanks(); at_ < text_.size() && (at_end_of_line() || peek() == '#'); skip_blanks()) {
      end_line();
    }
  }

  void list() {
    ++at_;
    for (skip_lines(); peek() != ']'; skip_lines()) {
      value();
      skip_lines();
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        fail("',' or ']' after a value of a list");
      }
    }
    ++at_;
  }

  std::string line_allowed() const {
    return plain_.block.empty() ? "KEY = VALUE, one setting a line"
                                : plain_.block + ", or KEY = VALUE, one a line";
  }

  [[noreturn]] void fail(const std::string& allowed) const {
    const char c = peek();
    std::string found = "'" + std::string(1, c) + "'";
    if (at_end_of_line()) found = at_ < text_.size() ? "the end of the line" : "the end";
    if (static_cast<unsigned char>(c) >= 0x80) found = "a character that is not ASCII";
    throw Error(ErrorCode::bad_config, {plain_.what,
                                        origin_ + ":" + std::to_string(line_) + ":" +
                                            std::to_string(at_ - line_start_ + 1),
                                        found, allowed, ""});
  }

  std::string_view text_;
  const std::string& origin_;
  const PlainToml& plain_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

}  // namespace

void refuse_toml(const char* what) {
  throw Error(ErrorCode::bad_config,
              {"cannot read a file as TOML", "", "what the parser cannot take", what, ""});
}

void require_plain_toml(const std::string& text, const std::string& origin,
                        const PlainToml& plain) {
  Reader(text, origin, plain).read();
}

}  // namespace vgan
