#include "engine/models/state_tensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"

namespace vgan {
namespace {

using Shape = std::vector<std::int64_t>;

/// One section of an arena, as tensors.
struct Section {
  std::string prefix;  ///< of tensor names, e.g. "adam_m.g"
  VectorView<float> values;
  bool moments = false;  ///< of trained tensors alone
};

std::vector<Section> training_sections(const nn::Network& network, const std::string& name) {
  const nn::ParameterArena& arena = network.arena();
  std::vector<Section> sections{{name, arena.weights()},
                                {"adam_m." + name, arena.m(), true},
                                {"adam_v." + name, arena.v(), true}};
  if (!arena.average().empty()) sections.push_back({name + "_ema", arena.average()});
  return sections;
}

// Calls `body(tensor name, shape, first float of the section, floats)` for each tensor.
template <class Body>
void for_each_tensor(const nn::Network& network, const Section& section, Body body) {
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const std::vector<nn::TensorSpec> specs = nn::tensors_of(network.layers()[l]);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (section.moments && !specs[i].trained) continue;
      body(section.prefix + "." + std::to_string(l) + "." + specs[i].name, specs[i].shape,
           network.arena().offset(network.tensor_index(l, i)), specs[i].size());
    }
  }
}

void save_section(Backend& backend, Queue& queue, const nn::Network& network,
                  const Section& section, Checkpoint& checkpoint) {
  std::vector<float> host(static_cast<std::size_t>(section.values.size));
  backend.download(queue, section.values.data, host.size() * sizeof(float), host.data());
  queue.synchronise();
  for_each_tensor(network, section,
                  [&](const std::string& name, Shape shape, std::int64_t first, std::int64_t n) {
                    checkpoint.tensors[name] = tensor_of(
                        std::move(shape), {host.data() + first, static_cast<std::size_t>(n)});
                  });
}

// The first element for which `is_bad`, or the count.
template <class Test>
std::size_t first_bad(const CheckpointTensor& tensor, Test is_bad) {
  const std::size_t count = tensor.bytes.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0.0F;
    std::memcpy(&value, tensor.bytes.data() + i * sizeof(float), sizeof(float));
    if (is_bad(value)) return i;
  }
  return count;
}

std::size_t first_nonfinite(const CheckpointTensor& tensor) {
  return first_bad(tensor, [](float value) { return !std::isfinite(value); });
}

// The first place of a number on a device that is not finite, or how many numbers there are. The
// device looks at up to 2^30 of them at a time.
std::int64_t first_nonfinite(Backend& backend, Queue& queue, VectorView<const float> values) {
  constexpr std::int64_t at_once = std::int64_t{1} << 30;
  const Buffer place = backend.allocate(sizeof(std::int64_t), "a place");
  for (std::int64_t first = 0; first < values.size; first += at_once) {
    const std::int64_t count = std::min(at_once, values.size - first);
    backend.run(queue, FirstNonfiniteTask{{values.data + first, count}, place.as<std::int64_t>()});
    std::int64_t bad = count;
    backend.download(queue, place.data(), sizeof(bad), &bad);
    queue.synchronise();
    if (bad < count) return first + bad;
  }
  return values.size;
}

[[noreturn]] void refuse_nonfinite(std::uint64_t epoch, const std::string& tensor,
                                   std::int64_t place, const std::string& remedy) {
  throw Error(ErrorCode::diverged,
              {"training diverged", "epoch " + std::to_string(epoch) + ", tensor " + tensor,
               "NaN or Inf at element " + std::to_string(place), "finite numbers", remedy});
}

/// `square`: a mean of squares, which is not below 0.
void check_tensor(const std::string& name, const Shape& shape, bool square,
                  const Checkpoint& checkpoint, const std::string& origin) {
  const auto found = checkpoint.tensors.find(name);
  const bool there = found != checkpoint.tensors.end();
  if (!there || found->second.type != TensorType::f32 || found->second.shape != shape) {
    throw Error(ErrorCode::bad_data,
                {"checkpoint does not fit the network", origin + ", tensor " + name,
                 there ? type_text(found->second.type, found->second.shape) : "none",
                 type_text(TensorType::f32, shape), ""});
  }
  require_bytes(found->second, name, origin);
  const std::size_t count = found->second.bytes.size() / sizeof(float);
  const auto refuse_from = [&](std::size_t bad, const char* what, const char* allowed) {
    if (bad == count) return;
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", origin + ", tensor " + name,
                 std::string(what) + " at element " + std::to_string(bad), allowed, ""});
  };
  refuse_from(first_nonfinite(found->second), "NaN or Inf", "finite numbers");
  if (!square) return;
  refuse_from(first_bad(found->second, [](float value) { return value < 0.0F; }),
              "a number below 0", "0 or more");
}

void check_section(const std::vector<nn::LayerSpec>& layers, const std::string& prefix,
                   bool moments, const Checkpoint& checkpoint, const std::string& origin) {
  const bool squares = prefix.starts_with("adam_v.");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::string stem = prefix + "." + std::to_string(l) + ".";
    for (const nn::TensorSpec& spec : nn::tensors_of(layers[l])) {
      if (moments && !spec.trained) continue;
      check_tensor(stem + spec.name, spec.shape, squares || spec.name.ends_with("variance"),
                   checkpoint, origin);
    }
  }
}

void load_section(Backend& backend, Queue& queue, const nn::Network& network,
                  const Section& section, const Checkpoint& checkpoint) {
  std::vector<float> host(static_cast<std::size_t>(section.values.size));
  for_each_tensor(network, section,
                  [&](const std::string& name, const Shape&, std::int64_t first, std::int64_t) {
                    const auto& bytes = checkpoint.tensors.at(name).bytes;
                    std::memcpy(host.data() + first, bytes.data(), bytes.size());
                  });
  backend.upload(queue, host.data(), host.size() * sizeof(float), section.values.data);
  queue.synchronise();
}

}  // namespace

void save_network(Backend& backend, Queue& queue, const nn::Network& network,
                  const std::string& name, Checkpoint& checkpoint) {
  for (const Section& section : training_sections(network, name)) {
    save_section(backend, queue, network, section, checkpoint);
  }
}

void load_network(Backend& backend, Queue& queue, nn::Network& network, const std::string& name,
                  const Checkpoint& checkpoint) {
  const auto sections = training_sections(network, name);
  for (const Section& section : sections) {
    check_section(network.layers(), section.prefix, section.moments, checkpoint, "the checkpoint");
  }
  for (const Section& section : sections) {
    load_section(backend, queue, network, section, checkpoint);
  }
  network.weights_changed(queue, false);
}

void load_start(Backend& backend, Queue& queue, nn::Network& network, const std::string& name,
                const Checkpoint& checkpoint) {
  std::vector<Section> sections{{name, network.arena().weights()}};
  if (!network.arena().average().empty()) {
    sections.push_back({name + "_ema", network.arena().average()});
  }
  for (const Section& section : sections) {
    check_section(network.layers(), section.prefix, false, checkpoint, "the checkpoint");
  }
  for (const Section& section : sections) {
    load_section(backend, queue, network, section, checkpoint);
  }
  network.weights_changed(queue, false);
}

void load_weights(Backend& backend, Queue& queue, nn::Network& network, const std::string& prefix,
                  const Checkpoint& checkpoint) {
  check_section(network.layers(), prefix, false, checkpoint, "the checkpoint");
  load_section(backend, queue, network, {prefix, network.arena().weights()}, checkpoint);
  network.weights_changed(queue, false);
}

void check_network(const std::vector<nn::LayerSpec>& layers, const std::string& name, bool average,
                   const Checkpoint& checkpoint, const std::string& origin) {
  check_section(layers, name, false, checkpoint, origin);
  for (const char* moment : {"adam_m.", "adam_v."}) {
    check_section(layers, moment + name, true, checkpoint, origin);
  }
  if (average) check_section(layers, name + "_ema", false, checkpoint, origin);
}

void require_finite(Backend& backend, Queue& queue, const nn::Network& network,
                    const std::string& name, std::uint64_t epoch, const std::string& remedy) {
  for (const Section& section : training_sections(network, name)) {
    const std::int64_t bad = first_nonfinite(backend, queue, section.values);
    if (bad == section.values.size) continue;
    std::string where = section.prefix;
    std::int64_t place = bad;
    for_each_tensor(
        network, section,
        [&](const std::string& tensor, const Shape&, std::int64_t first, std::int64_t n) {
          if (bad < first || bad >= first + n) return;
          where = tensor;
          place = bad - first;
        });
    refuse_nonfinite(epoch, where, place, remedy);
  }
}

void require_finite(const Checkpoint& checkpoint, std::uint64_t epoch, const std::string& remedy) {
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (tensor.type != TensorType::f32) continue;  // nothing else is trained
    const std::size_t bad = first_nonfinite(tensor);
    if (bad < tensor.bytes.size() / sizeof(float)) {
      refuse_nonfinite(epoch, name, static_cast<std::int64_t>(bad), remedy);
    }
  }
}

}  // namespace vgan
