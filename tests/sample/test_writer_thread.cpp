// The thread that takes blocks: order, waiting, failures, ends.
#include "engine/sample/writer_thread.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using vgan::WriterThread;

TEST_CASE("a writer thread takes all in order, on another thread", "[engine][writer]") {
  std::vector<std::uint64_t> taken;
  std::thread::id taker;
  WriterThread writer([&](std::uint64_t n) {
    taken.push_back(n);
    taker = std::this_thread::get_id();
  });
  for (int i = 0; i < 1000; ++i) writer.give();
  writer.wait_for(1000);
  CHECK(taken.size() == 1000);
  for (std::size_t i = 0; i < taken.size(); ++i) REQUIRE(taken[i] == i);
  CHECK(taker != std::this_thread::get_id());
}

TEST_CASE("a writer thread waits for as many as are asked for and no more", "[engine][writer]") {
  std::atomic<int> allowed{1};
  std::atomic<int> taken{0};
  WriterThread writer([&](std::uint64_t) {
    while (taken.load() >= allowed.load()) std::this_thread::yield();
    ++taken;
  });
  for (int i = 0; i < 3; ++i) writer.give();
  writer.wait_for(1);
  CHECK(taken.load() == 1);
  allowed = 3;
  writer.wait_for(3);
  CHECK(taken.load() == 3);
}

TEST_CASE("what a taker throws reaches the giver once, and nothing more is taken",
          "[engine][writer]") {
  std::atomic<int> calls{0};
  WriterThread writer([&](std::uint64_t n) {
    ++calls;
    if (n == 2) throw std::runtime_error("the disk is full");
  });
  for (int i = 0; i < 3; ++i) writer.give();
  CHECK_THROWS_WITH(writer.wait_for(3), "the disk is full");
  writer.give();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(calls.load() == 3);

  // A giver that never waits hears of it when it gives.
  WriterThread other([](std::uint64_t) { throw std::runtime_error("the pipe is closed"); });
  const auto give_on = [&] {
    for (;;) other.give();
  };
  CHECK_THROWS_WITH(give_on(), "the pipe is closed");
}

TEST_CASE("a writer thread that ends lets the call in progress end and drops the rest",
          "[engine][writer]") {
  std::atomic<bool> begun{false};
  std::atomic<int> taken{0};
  {
    WriterThread writer([&](std::uint64_t) {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++taken;
    });
    for (int i = 0; i < 10; ++i) writer.give();
    while (!begun) std::this_thread::yield();
  }
  CHECK(taken.load() == 1);
}
