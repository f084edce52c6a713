// Which devices there are.
#pragma once

#include <string>
#include <vector>

namespace vgan {

/// One device as `--device` names it, present or not.
struct DeviceStatus {
  std::string name;  ///< "cpu", "cuda:0"
  bool usable = false;
  std::string detail;  ///< what it is, or why it cannot be used and what to do
};

/// Every device that a setting `device` can name, as `doctor` prints them: the CPU first.
std::vector<DeviceStatus> list_devices();

}  // namespace vgan
