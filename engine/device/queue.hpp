// Where work is put in order. On CUDA a queue is a stream; on the CPU it runs work at once.
#pragma once

#include <string>
#include <utility>

namespace vgan {

class Queue {
 public:
  explicit Queue(std::string name) : name_(std::move(name)) {}
  virtual ~Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  const std::string& name() const { return name_; }

  /// Work put on this queue from now on starts after all that `other` holds now.
  virtual void wait_for(Queue& other) = 0;
  /// Blocks the host until this queue is empty.
  virtual void synchronise() = 0;

 private:
  std::string name_;
};

}  // namespace vgan
