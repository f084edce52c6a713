#include "engine/encode/output_range.hpp"

namespace vgan {

OutputMap OutputRange::map_to(ElementType type) const {
  const float span = output_high() - output_low();
  if (type == ElementType::u8) return {output_low(), 255.0F / span, 0.0F};
  if (from_u8) return {output_low(), 1.0F / span, 0.0F};
  if (low == output_low() && high == output_high()) return {0.0F, 1.0F, 0.0F};
  return {output_low(), (high - low) / span, low};
}

}  // namespace vgan
