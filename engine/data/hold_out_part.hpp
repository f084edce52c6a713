// Which trials a run holds out.
#pragma once

#include <array>

#include "engine/base/words.hpp"

namespace vgan {

/// `last` suits trials in the order of time; checkpoints of earlier versions mean it.
enum class HoldOutPart { random, last };

template <>
struct WordTable<HoldOutPart> {
  static constexpr const char* setting = "hold-out-part";
  static constexpr std::array<Word<HoldOutPart>, 2> table{{
      {HoldOutPart::random, "random", "drawn by the seed"},
      {HoldOutPart::last, "last", "of the file, as where trials are in the order of time"},
  }};
};

}  // namespace vgan
