// What G makes trials of.
#pragma once

#include "engine/device/backend.hpp"

namespace vgan {

/// out [rows, latent]: standard normal numbers of the stream, or rows of a mixture of Gaussians.
inline void draw_latents(Backend& backend, Queue& queue, const RandomStream& stream,
                         const math::LatentMixture& mixture, MatrixRef out) {
  if (mixture.components == 1) return backend.run(queue, NormalTask{stream, out});
  backend.run(queue, NormalMixtureTask{stream, mixture, out});
}

}  // namespace vgan
