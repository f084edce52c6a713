// The page around a report: head, title, contents, style and script.
#pragma once

#include <string>
#include <vector>

#include "engine/report/html.hpp"

namespace vgan {

struct ReportSection {
  std::string id;     ///< of its place in the page
  std::string title;  ///< as in the contents
  Html body;
};

struct ReportPage {
  std::string title, subtitle;
  std::string made_by;                  ///< the last line
  std::vector<ReportSection> sections;  ///< those without a body are left out
};

/// The whole file. It may load nothing: its own policy forbids it.
std::string page_text(const ReportPage& page);

/// A table of names and texts.
void write_facts(Html& html, const std::vector<std::pair<std::string, std::string>>& facts);
/// A picture as part of the page; `png` is the file's bytes.
void write_picture(Html& html, const std::string& png, const std::string& text,
                   const std::string& style_class = "picture");
std::string data_uri(const std::string& png);
/// Text as it stands, line by line, with a button that copies it.
void write_code(Html& html, const std::string& text, const std::string& label);

/// How well something is.
enum class Mark { good, fair, bad, plain };
struct Statement {
  Mark mark = Mark::plain;
  std::string text;
};
void write_statements(Html& html, const std::vector<Statement>& statements);

}  // namespace vgan
