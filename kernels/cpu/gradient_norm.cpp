#include <cmath>
#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/sums.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/math/clip.hpp"

namespace vgan::cpu {

void run(ThreadTeam& team, const GradientNormTask& task) {
  const VectorView<const float> g = task.gradients;
  std::vector<double> parts(
      static_cast<std::size_t>((g.size + chunk_elements - 1) / chunk_elements));
  for_each_chunk(team, g.size, [&](std::int64_t first, std::int64_t count, std::int64_t chunk) {
    parts[static_cast<std::size_t>(chunk)] = dot(g.data + first, g.data + first, count);
  });
  double squares = 0.0;
  for (const double part : parts) squares += part;
  const double norm = std::sqrt(squares);
  *task.scale = math::clip_scale(norm, task.most);
  if (task.norm != nullptr) *task.norm = static_cast<float>(norm);
}

}  // namespace vgan::cpu
