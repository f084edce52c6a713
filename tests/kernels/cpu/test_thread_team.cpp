#include "kernels/cpu/team/thread_team.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using vgan::cpu::ThreadTeam;

TEST_CASE("every item runs once on a team of any size", "[kernels][team]") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadTeam team(threads);
    REQUIRE(team.size() == threads);
    for (const int items : {0, 1, 2, 7, 1000}) {
      std::vector<int> counts(static_cast<std::size_t>(items), 0);
      team.for_each(items, [&](std::int64_t item, int member) {
        CHECK((member >= 0 && member < threads));
        ++counts[static_cast<std::size_t>(item)];
      });
      CHECK(std::accumulate(counts.begin(), counts.end(), 0) == items);
      CHECK(std::count(counts.begin(), counts.end(), 1) == items);
    }
  }
}

TEST_CASE("a team survives many short loops and idle gaps", "[kernels][team]") {
  ThreadTeam team(3);
  std::atomic<std::int64_t> sum{0};
  for (int loop = 0; loop < 20000; ++loop) {
    team.for_each(4, [&](std::int64_t item, int) { sum += item; });
    // Long enough for the members to fall asleep, now and then.
    if (loop % 2000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(sum.load() == 20000 * 6);
}

TEST_CASE("an exception in a body reaches the caller and the team lives on", "[kernels][team]") {
  ThreadTeam team(2);
  CHECK_THROWS_AS(team.for_each(100,
                                [](std::int64_t item, int) {
                                  if (item == 50) throw std::runtime_error("item 50");
                                }),
                  std::runtime_error);
  std::atomic<int> done{0};
  team.for_each(10, [&](std::int64_t, int) { ++done; });
  CHECK(done == 10);
}

TEST_CASE("two threads may call one team in turn", "[kernels][team]") {
  ThreadTeam team(2);
  std::atomic<std::int64_t> sum{0};
  const auto work = [&] {
    for (int loop = 0; loop < 1000; ++loop) {
      team.for_each(8, [&](std::int64_t, int) { ++sum; });
    }
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(sum == 16000);
}

TEST_CASE("a loop leaves the caller's arithmetic environment as it was", "[kernels][team]") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(3);
  ThreadTeam team(2);
  volatile float tiny = 1e-39F;  // denormal
  float inside = -1.0F;
  team.for_each(1, [&](std::int64_t, int) {
    CHECK(omp_get_max_threads() == 1);
    inside = tiny * 0.5F;
  });
  CHECK(omp_get_max_threads() == 3);
  CHECK(tiny * 0.5F > 0.0F);
#if defined(__x86_64__)
  CHECK(inside == 0.0F);
#endif
  omp_set_num_threads(before);
}

TEST_CASE("idle members sleep: a waiting team takes no processor time", "[kernels][team]") {
  ThreadTeam team(4);
  team.for_each(100, [](std::int64_t, int) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::clock_t start = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const double used = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  // Three spinning members would use up to 0.9 s; sleeping ones use none.
  CHECK(used < 0.05);
}

TEST_CASE("a busy neighbour slows a team by no more than its share", "[kernels][team]") {
  // Twice as many spinning threads as processors beside the team. Every loop still ends soon: a
  // member that is off its processor is not waited for unless it holds an item.
  const int processors = vgan::cpu::available_processors();
  std::atomic<bool> stop{false};
  std::vector<std::thread> neighbours;
  for (int i = 0; i < 2 * processors; ++i) {
    neighbours.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  }
  ThreadTeam team(processors);
  std::atomic<std::int64_t> items{0};
  const auto start = std::chrono::steady_clock::now();
  for (int loop = 0; loop < 2000; ++loop) {
    team.for_each(16, [&](std::int64_t, int) {
      volatile double x = 0.0;
      for (int k = 0; k < 500; ++k) x = x + k;
      ++items;
    });
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  stop = true;
  for (std::thread& neighbour : neighbours) neighbour.join();
  CHECK(items == 2000 * 16);
  // Alone this takes some 0.05 s, beside neighbours their share of it. Members that wait for each
  // other through scheduler slices of milliseconds, spinning, take minutes.
  CHECK(elapsed.count() < 60.0);
}
