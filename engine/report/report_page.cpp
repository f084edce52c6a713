#include "engine/report/report_page.hpp"

#include "engine/base/split.hpp"
#include "engine/report/assets.hpp"

namespace vgan {
namespace {

constexpr const char* policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

void write_head(Html& html, const ReportPage& page) {
  html.open("head").single("meta", {{"charset", "utf-8"}});
  html.single("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}});
  html.single("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.single("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.element("title", page.title);
  html.open("style").own(report_style()).close().close();
}

void write_contents(Html& html, const ReportPage& page) {
  html.open("nav", {{"aria-label", "Contents"}}).open("ul");
  for (const ReportSection& section : page.sections) {
    if (section.body.empty()) continue;
    html.open("li").element("a", {{"href", "#" + section.id}}, section.title).close();
  }
  html.close().close();
}

struct MarkWords {
  const char *style, *sign, *word;
};

MarkWords words_of(Mark mark) {
  switch (mark) {
    case Mark::good: return {"good", "\xE2\x9C\x93", "good: "};
    case Mark::fair: return {"fair", "!", "caution: "};
    case Mark::bad: return {"bad", "\xC3\x97", "problem: "};
    case Mark::plain: break;
  }
  return {"plain", "\xC2\xB7", ""};
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string made;
  made.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const unsigned byte = i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U;
      group = group << 8 | byte;
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool there = i + j <= bytes.size();
      made += there ? digits[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return made;
}

}  // namespace

std::string page_text(const ReportPage& page) {
  Html html;
  html.open("html", {{"lang", "en"}});
  write_head(html, page);
  html.open("body").element("a", {{"class", "skip"}, {"href", "#main"}}, "To the report");
  html.open("header", {{"class", "top"}});
  html.open("div").element("h1", page.title).element("p", page.subtitle).close();
  html.element("button", {{"id", "scheme"}, {"type", "button"}, {"hidden", ""}}, "Dark");
  html.close();
  write_contents(html, page);
  html.open("main", {{"id", "main"}});
  for (const ReportSection& section : page.sections) {
    if (section.body.empty()) continue;
    html.open("section", {{"id", section.id}, {"aria-labelledby", section.id + "-title"}});
    html.element("h2", {{"id", section.id + "-title"}}, section.title);
    html.add(section.body).close();
  }
  html.close().open("footer").element("p", page.made_by).close();
  html.open("script").own(report_script()).close();
  html.close().close();
  return "<!doctype html>\n" + html.str() + "\n";
}

void write_facts(Html& html, const std::vector<std::pair<std::string, std::string>>& facts) {
  html.open("dl", {{"class", "facts"}});
  for (const auto& [name, text] : facts) {
    if (text.empty()) continue;
    html.open("div").element("dt", name).element("dd", text).close();
  }
  html.close();
}

std::string data_uri(const std::string& png) { return "data:image/png;base64," + base64(png); }

void write_picture(Html& html, const std::string& png, const std::string& text,
                   const std::string& style_class) {
  html.single("img", {{"class", style_class}, {"alt", text}, {"src", data_uri(png)}});
}

void write_code(Html& html, const std::string& text, const std::string& label) {
  html.open("div", {{"class", "code"}});
  html.open("pre", {{"tabindex", "0"}, {"role", "region"}, {"aria-label", label}}).open("code");
  bool first = true;
  for (const std::string& line : split(text, '\n')) {
    if (!first) html.own("\n");
    html.text(line);
    first = false;
  }
  html.close().close();
  html.element("button", {{"type", "button"}, {"class", "copy"}, {"hidden", ""}}, "Copy");
  html.close();
}

void write_statements(Html& html, const std::vector<Statement>& statements) {
  html.open("ul", {{"class", "statements"}});
  for (const Statement& statement : statements) {
    const MarkWords mark = words_of(statement.mark);
    html.open("li", {{"class", mark.style}});
    html.element("span", {{"class", "sign"}, {"aria-hidden", "true"}}, mark.sign);
    html.open("span");
    if (*mark.word != '\0') html.element("span", {{"class", "unseen"}}, mark.word);
    html.text(statement.text).close().close();
  }
  html.close();
}

}  // namespace vgan
