#include "engine/nn/device_cells.hpp"

namespace vgan::nn {

template <class T>
DeviceCells::List<T> DeviceCells::copy(Backend& backend, Queue& queue, const std::vector<T>& list) {
  const std::size_t bytes = list.size() * sizeof(T);
  List<T> made{backend.allocate(bytes, "the cells of columns"),
               static_cast<std::int64_t>(list.size())};
  backend.upload(queue, list.data(), bytes, made.buffer.data());
  return made;
}

DeviceCells::DeviceCells(Backend& backend, const CellLists& lists) {
  const auto queue = backend.make_queue("cells");
  inputs_ = copy(backend, *queue, lists.inputs);
  tables_ = copy(backend, *queue, lists.tables);
  heads_ = copy(backend, *queue, lists.heads);
  bell_ = copy(backend, *queue, lists.bell);
  inverse_sums_ = copy(backend, *queue, lists.inverse_sums);
  order_ = copy(backend, *queue, lists.order);
  queue->synchronise();
}

}  // namespace vgan::nn
