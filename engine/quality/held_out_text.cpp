#include "engine/quality/held_out_text.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/quality/evaluator.hpp"

namespace vgan {
namespace {

// What holds enough of them out; half of them at most, so that as many are left to learn from.
std::string advice(std::int64_t all, const std::string& kind) {
  const double wanted = static_cast<double>(fewest_measured) / static_cast<double>(all);
  const double share = std::max(0.1, std::ceil(100.0 * wanted) / 100.0);
  if (share <= 0.5) return "Train with --hold-out " + general_text(share) + ".";
  return "Take more " + kind + ": " + std::to_string(2 * fewest_measured) +
         " or more, of which --hold-out leaves out " + std::to_string(fewest_measured) + ".";
}

}  // namespace

std::string without_held_out_text(std::int64_t held_out, std::int64_t all,
                                  const std::string& kind) {
  const std::string found =
      held_out == 0 ? "nothing"
                    : "only " + grouped(held_out) + " of " + grouped(all) + " " + kind +
                          ", of the " + std::to_string(fewest_measured) + " that measuring needs";
  return "The run held out " + found + ": samples stand beside " + kind +
         " that the model was trained on, a half of which plays the held-out ones. Whether it "
         "copies them cannot be told. " +
         advice(all, kind);
}

}  // namespace vgan
