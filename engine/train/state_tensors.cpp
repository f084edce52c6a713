#include "engine/train/state_tensors.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "engine/check.hpp"

namespace vgan {
namespace {

using Shape = std::vector<std::int64_t>;

/// One section of an arena, as tensors.
struct Section {
  std::string prefix;  ///< of tensor names, e.g. "adam_m.g"
  VectorView<float> values;
};

std::vector<Section> training_sections(const nn::Network& network, const std::string& name) {
  const nn::ParameterArena& arena = network.arena();
  std::vector<Section> sections{
      {name, arena.weights()}, {"adam_m." + name, arena.m()}, {"adam_v." + name, arena.v()}};
  if (!arena.average().empty()) sections.push_back({name + "_ema", arena.average()});
  return sections;
}

// Calls `body(tensor name, shape, first float of the section, floats)` for each tensor.
template <class Body>
void for_each_tensor(const nn::Network& network, const std::string& prefix, Body body) {
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const nn::DenseSpec& layer = network.layers()[l];
    const std::string stem = prefix + "." + std::to_string(l);
    body(stem + ".weight", Shape{layer.inputs, layer.outputs}, network.arena().offset(2 * l),
         layer.inputs * layer.outputs);
    body(stem + ".bias", Shape{layer.outputs}, network.arena().offset(2 * l + 1), layer.outputs);
  }
}

std::string text(const Shape& shape) {
  std::string line = "[";
  for (const std::int64_t extent : shape)
    line += (line.size() > 1 ? ", " : "") + std::to_string(extent);
  return line + "]";
}

void save_section(Backend& backend, Queue& queue, const nn::Network& network,
                  const Section& section, Checkpoint& checkpoint) {
  std::vector<float> host(static_cast<std::size_t>(section.values.size));
  backend.download(queue, section.values.data, host.size() * sizeof(float), host.data());
  queue.synchronise();
  for_each_tensor(network, section.prefix,
                  [&](const std::string& name, Shape shape, std::int64_t first, std::int64_t n) {
                    CheckpointTensor tensor{TensorType::f32, std::move(shape), {}};
                    tensor.bytes.resize(static_cast<std::size_t>(n) * sizeof(float));
                    std::memcpy(tensor.bytes.data(), host.data() + first, tensor.bytes.size());
                    checkpoint.tensors[name] = std::move(tensor);
                  });
}

// The first element that is NaN or Inf, or the count.
std::size_t first_nonfinite(const CheckpointTensor& tensor) {
  const std::size_t count = tensor.bytes.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0.0F;
    std::memcpy(&value, tensor.bytes.data() + i * sizeof(float), sizeof(float));
    if (!std::isfinite(value)) return i;
  }
  return count;
}

void check_tensor(const std::string& name, const Shape& shape, const Checkpoint& checkpoint,
                  const std::string& origin) {
  const auto found = checkpoint.tensors.find(name);
  const bool there = found != checkpoint.tensors.end();
  if (!there || found->second.type != TensorType::f32 || found->second.shape != shape) {
    throw Error(
        ErrorCode::bad_data,
        {"checkpoint does not fit the network", origin + ", tensor " + name,
         there ? std::string(tensor_type_name(found->second.type)) + " " + text(found->second.shape)
               : "none",
         "F32 " + text(shape), ""});
  }
  const std::size_t bad = first_nonfinite(found->second);
  if (bad == found->second.bytes.size() / sizeof(float)) return;
  throw Error(ErrorCode::bad_data,
              {"cannot use a checkpoint", origin + ", tensor " + name,
               "NaN or Inf at element " + std::to_string(bad), "finite numbers", ""});
}

void load_section(Backend& backend, Queue& queue, const nn::Network& network,
                  const Section& section, const Checkpoint& checkpoint) {
  std::vector<float> host(static_cast<std::size_t>(section.values.size));
  for_each_tensor(network, section.prefix,
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
    check_tensors(network.layers(), section.prefix, checkpoint, "the checkpoint");
  }
  for (const Section& section : sections) {
    load_section(backend, queue, network, section, checkpoint);
  }
  network.weights_changed(queue, false);
}

void load_weights(Backend& backend, Queue& queue, nn::Network& network, const std::string& prefix,
                  const Checkpoint& checkpoint) {
  check_tensors(network.layers(), prefix, checkpoint, "the checkpoint");
  load_section(backend, queue, network, {prefix, network.arena().weights()}, checkpoint);
  network.weights_changed(queue, false);
}

void check_tensors(const std::vector<nn::DenseSpec>& layers, const std::string& prefix,
                   const Checkpoint& checkpoint, const std::string& origin) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::string stem = prefix + "." + std::to_string(l);
    check_tensor(stem + ".weight", {layers[l].inputs, layers[l].outputs}, checkpoint, origin);
    check_tensor(stem + ".bias", {layers[l].outputs}, checkpoint, origin);
  }
}

void require_finite(const Checkpoint& checkpoint, std::uint64_t epoch) {
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const std::size_t bad = first_nonfinite(tensor);
    if (bad < tensor.bytes.size() / sizeof(float)) {
      throw Error(ErrorCode::diverged,
                  {"training diverged", "epoch " + std::to_string(epoch) + ", tensor " + name,
                   "NaN or Inf at element " + std::to_string(bad), "finite numbers",
                   "use a lower --lr or a higher --r1"});
    }
  }
}

}  // namespace vgan
