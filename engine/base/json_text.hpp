// JSON that may come from anywhere.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace vgan {

/// The value that `text` is, or a discarded one where it is no JSON, holds a zero byte or names a
/// key of an object twice. Numbers have a point in every locale of the process.
nlohmann::json read_json(const std::string& text);

}  // namespace vgan
