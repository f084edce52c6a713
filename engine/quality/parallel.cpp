#include "engine/quality/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace vgan {

void do_in_parallel(const std::vector<std::function<void()>>& pieces, std::int64_t threads,
                    const StopRequest& stop) {
  std::vector<std::exception_ptr> thrown(pieces.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t at = next++; at < pieces.size(); at = next++) {
      try {
        refuse_if_stopped(stop);
        pieces[at]();
      } catch (...) {
        thrown[at] = std::current_exception();
      }
    }
  };
  const std::int64_t most = threads > 0 ? threads : std::thread::hardware_concurrency();
  const std::int64_t helpers = std::min<std::int64_t>(most, std::ssize(pieces)) - 1;
  std::vector<std::jthread> others;
  for (std::int64_t i = 0; i < helpers; ++i) others.emplace_back(work);
  work();
  others.clear();
  for (const std::exception_ptr& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

}  // namespace vgan
