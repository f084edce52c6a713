#include "engine/base/json_text.hpp"

#include <locale.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace vgan {
namespace {

/// The calling thread has the C locale while this lives: the parser reads numbers by strtod, and of
/// a locale's decimal point only its first byte.
class CLocale {
 public:
  CLocale() : before_(uselocale(c_locale())) {}
  ~CLocale() { uselocale(before_); }
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;

 private:
  static locale_t c_locale() {
    static const locale_t made = newlocale(LC_ALL_MASK, "C", nullptr);
    return made;
  }
  locale_t before_;
};

}  // namespace

nlohmann::json read_json(const std::string& text) {
  using json = nlohmann::json;
  if (text.find('\0') != std::string::npos) return json(json::value_t::discarded);
  bool twice = false;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto note = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      twice = twice || !keys.back().insert(value.get<std::string>()).second;
    }
    return true;
  };
  const CLocale numbers_with_a_point;
  json parsed = json::parse(text, note, false);
  return twice ? json(json::value_t::discarded) : parsed;
}

}  // namespace vgan
