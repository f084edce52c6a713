#include "engine/data/table.hpp"

#include "engine/base/text.hpp"

namespace vgan {

std::string column_place(const std::string& where, std::size_t index, const std::string& name) {
  return where + ", column " + std::to_string(index + 1) + " (" + shortened(name) + ")";
}

}  // namespace vgan
