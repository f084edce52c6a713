// The current CUDA device of the calling thread belongs to the program that calls the library.
#pragma once

#include <string>

namespace vgan {

/// Leaves the calling thread's current CUDA device, or that it has none, as it was found. Every
/// public call that works on a device holds one.
class CallersDevice {
 public:
  /// `device`: as a setting or DeviceInfo::kind names it. With "cpu" CUDA is not asked at all.
  explicit CallersDevice(const std::string& device);
  ~CallersDevice();
  CallersDevice(const CallersDevice&) = delete;
  CallersDevice& operator=(const CallersDevice&) = delete;

 private:
  bool restores_ = false;
  void* context_ = nullptr;  ///< CUDA's; null: the thread had none
};

}  // namespace vgan
