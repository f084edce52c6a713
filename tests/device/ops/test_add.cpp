// One matrix added to another, on every backend.
#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("add adds, and what is not finite stays so", "[kernels][add]") {
  on_every_device([](Device& device) {
    for (const std::int64_t cols : {1, 31, 33, 1025}) {
      const std::vector<double> in = random_values(3 * cols, 82);
      std::vector<double> want = random_values(3 * cols, 83);
      const DeviceMatrix from(device, 3, cols, in), to(device, 3, cols, want);
      device.backend->run(*device.queue, AddTask{from.view(), to.view()});
      for (std::size_t k = 0; k < want.size(); ++k) want[k] += in[k];
      require_close("sum", to.get(), want, {1e-7, 1e-7});
    }
    const DeviceMatrix from(device, 1, 2, {std::nan(""), 1.0}), to(device, 1, 2, {1.0, 2.0});
    device.backend->run(*device.queue, AddTask{from.view(), to.view()});
    CHECK(std::isnan(to.get()[0]));
    CHECK(to.get()[1] == 3.0);
  });
}
