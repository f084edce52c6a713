#include "engine/data/readers/content_guess.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace vgan {
namespace {

using namespace std::string_view_literals;

constexpr const char* download_again = "download the file itself again";

struct Signature {
  std::string_view bytes;
  const char* name;
  const char* remedy;
};

// First bytes as the formats' own specifications give them.
constexpr Signature signatures[] = {
    {"version https://git-lfs"sv, "a git-LFS pointer", "fetch the file itself with git lfs pull"},
    {"PK\x03\x04"sv, "a zip archive (.npz or .zip)",
     "unpack it with unzip and give the file inside"},
    {"\x1f\x8b"sv, "gzip data", "unpack it with gunzip"},
    {"\x93NUMPY"sv, "a NumPy .npy array", "name it as the images or labels that it holds"},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file",
     "in Python, array = h5py.File(FILE)[NAME][:], then numpy.save"},
    {"PAR1"sv, "a Parquet file",
     "write it as CSV: python -c \"import pandas; "
     "pandas.read_parquet('FILE').to_csv('NAME.csv', index=False)\""},
    {"ARROW1\0\0"sv, "an Arrow or Feather file",
     "write it as CSV: python -c \"import pandas; "
     "pandas.read_feather('FILE').to_csv('NAME.csv', index=False)\""},
    {"FEA1"sv, "a Feather file of version 1",
     "write it as CSV: python -c \"import pandas; "
     "pandas.read_feather('FILE').to_csv('NAME.csv', index=False)\""},
    {"\x89PNG\r\n"sv, "one PNG picture", "name the folder that it lies in"},
    {"\xff\xd8\xff"sv, "one JPEG picture",
     "convert it to PNG (mogrify -format png *.jpg) and name its folder"},
    {"BZh"sv, "bzip2 data", "unpack it with bunzip2"},
    {"\xfd"
     "7zXZ"sv,
     "xz data", "unpack it with unxz"},
    {"\x28\xb5\x2f\xfd"sv, "zstd data", "unpack it with unzstd"},
    {"%PDF"sv, "a PDF document", download_again},
    {"\xff\xfe"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
    {"\xd0\xcf\x11\xe0"sv, "an Excel workbook (.xls)", "save its sheet as CSV"},
};

std::string lower_text(std::string_view head) {
  if (head.substr(0, 3) == "\xef\xbb\xbf"sv) head.remove_prefix(3);
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  const auto first = std::find_if_not(head.begin(), head.end(), is_space);
  std::string text(first, head.end());
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string hex(std::string_view head) {
  std::string text = head.size() == 1 ? "byte" : "bytes";
  for (const char c : head.substr(0, 8)) {
    char digits[4];
    std::snprintf(digits, sizeof(digits), " %02x", static_cast<unsigned char>(c));
    text += digits;
  }
  return text;
}

}  // namespace

namespace {

const Signature* signature_of(std::string_view head) {
  for (const Signature& signature : signatures) {
    if (head.substr(0, signature.bytes.size()) == signature.bytes) return &signature;
  }
  return nullptr;
}

// A zip archive whose first entry is one of an Office document's.
bool is_workbook(std::string_view head) {
  constexpr std::size_t name_at = 30;
  if (!head.starts_with("PK\x03\x04"sv) || head.size() < name_at) return false;
  const std::string_view name = head.substr(name_at);
  return name.starts_with("[Content_Types].xml"sv) || name.starts_with("xl/"sv);
}

bool is_html(const std::string& text) {
  return text.starts_with("<!doctype html") || text.starts_with("<html");
}

// `text` is without blanks before it.
bool is_json(const std::string& text) {
  if (text.starts_with('{')) return true;
  return text.starts_with('[') &&
         (text.size() == 1 ||
          std::string_view(" \n\r\t[{\"").find(text[1]) != std::string_view::npos);
}

// The call that reads a table of numbers whose first lines are `head`.
std::string reading_of(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  std::string call = "numpy.genfromtxt(FILE";
  for (const auto& [mark, name] :
       {std::pair{'\t', "\\t"}, std::pair{';', ";"}, std::pair{',', ","}}) {
    if (line.find(mark) == std::string_view::npos) continue;
    call += ", delimiter='" + std::string(name) + "'";
    break;
  }
  const std::size_t first = line.find_first_not_of(" \t\"");
  const bool number = first != std::string_view::npos &&
                      std::string_view("+-.0123456789").find(line[first]) != std::string_view::npos;
  return call + (number ? ")" : ", skip_header=1)");
}

}  // namespace

ContentGuess guess_content(std::string_view head) {
  if (is_workbook(head)) return {"an Excel workbook (.xlsx)", "save its sheet as CSV"};
  if (const Signature* known = signature_of(head)) return {known->name, known->remedy};
  const std::string text = lower_text(head);
  if (is_html(text)) return {"an HTML page", download_again};
  if (text.starts_with("<?xml")) return {"an XML document", download_again};
  if (is_json(text)) {
    return {"JSON text", "in Python, pandas.read_json(FILE).to_csv(NAME, index=False)"};
  }
  if (is_text(head)) {
    return {"text", "read it in Python, array = " + reading_of(head) + ", then numpy.save"};
  }
  return {hex(head), "check that this is the right file"};
}

bool is_text(std::string_view head) {
  if (head.empty() || signature_of(head) != nullptr) return false;
  const std::string text = lower_text(head);
  if (is_html(text) || is_json(text) || text.starts_with("<?xml")) return false;
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t');
  });
}

}  // namespace vgan
