// Built-in data whose modes are known, to count which of them a model has found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"

namespace vgan {

struct MixtureCentre {
  float x = 0;
  float y = 0;
};

/// Normal distributions in the plane, equally likely, each round with this standard deviation.
struct Mixture {
  std::string name;
  std::vector<MixtureCentre> centres;
  float deviation = 0;
};

/// Eight on a circle of radius 2, deviation 0.02, counter-clockwise from (2, 0).
/// L. Metz, B. Poole, D. Pfau, J. Sohl-Dickstein, "Unrolled generative adversarial networks", 2017;
/// A. Srivastava et al., "VEEGAN", 2017.
Mixture ring8();

/// Five by five, spacing 2, deviation 0.05, row after row from (-4, -4). VEEGAN, 2017.
Mixture grid25();

/// `count` trials of height 1 and width 2 (x, y), with the number of their normal distribution as
/// label. `low` and `high` are the same on both sides of 0 and hold every trial. Trial i is a pure
/// function of (mixture, seed, i), the same bits on every machine that rounds float as IEEE 754
/// says and does not contract a*b+c.
Trials make_mixture(const Mixture& mixture, std::uint64_t seed, std::int64_t count = 50000);

/// `count` images of three channels, each an image of `digits` drawn by itself: labels 0 to 999 are
/// 100 a + 10 b + c for the digits of the channels. Image i is a pure function of (digits, seed,
/// i). Metz et al., 2017; Z. Lin, A. Khetan, G. Fanti, S. Oh, "PacGAN", 2018. Throws Error
/// (bad_data) unless `digits` has one channel, u8 pixels and labels of 0 to 9.
Trials stack_digits(const Trials& digits, std::uint64_t seed, std::int64_t count = 60000);

}  // namespace vgan
