// What is not finite is found before a checkpoint is made of it: on the device, as in the
// checkpoint.
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/models/state_tensors.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// The message, or "".
template <class Check>
std::string refusal(Check check) {
  try {
    check();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::diverged);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a network's numbers that are not finite are found as in its checkpoint",
          "[engine][finite]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    nn::Network network(backend, nn::dense_stack({5, 12, 9}, Activation::tanh), 0.2F,
                        {.training = true, .average = true, .shadow = false}, "G", {});
    network.initialise(*device.queue, 1, 0);
    const auto refusals = [&] {
      const std::string found = refusal(
          [&] { require_finite(backend, *device.queue, network, "g", 7, "use a lower --lr"); });
      Checkpoint checkpoint;
      save_network(backend, *device.queue, network, "g", checkpoint);
      const std::string twin = refusal([&] { require_finite(checkpoint, 7, "use a lower --lr"); });
      CHECK(found == twin);
      return found;
    };
    CHECK(refusals().empty());
    const nn::ParameterArena& arena = network.arena();
    const std::int64_t last = arena.offset(3) + 8;  // of the second layer's bias
    for (const auto& [section, prefix] : {std::pair{arena.weights(), "g."},
                                          {arena.m(), "adam_m.g."},
                                          {arena.v(), "adam_v.g."},
                                          {arena.average(), "g_ema."}}) {
      for (const auto& [place, tensor] :
           {std::pair{std::int64_t{0}, "0.weight: found NaN or Inf at element 0"},
            {arena.offset(2) + 5, "1.weight: found NaN or Inf at element 5"},
            {last, "1.bias: found NaN or Inf at element 8"}}) {
        INFO(prefix << ", place " << place);
        float kept = 0.0F;
        backend.download(*device.queue, section.data + place, sizeof(kept), &kept);
        device.queue->synchronise();
        for (const float bad : {std::nanf(""), -HUGE_VALF}) {
          backend.upload(*device.queue, &bad, sizeof(bad), section.data + place);
          device.queue->synchronise();
          const std::string found = refusals();
          CHECK_THAT(found, ContainsSubstring(std::string("tensor ") + prefix + tensor));
          CHECK_THAT(found, ContainsSubstring("epoch 7") && ContainsSubstring("--lr"));
        }
        backend.upload(*device.queue, &kept, sizeof(kept), section.data + place);
        device.queue->synchronise();
      }
    }
    CHECK(refusals().empty());
  });
}
