// The thread that takes blocks: order, waiting, failures, ends.
#include "engine/sample/hand_over.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using vgan::HandOver;

TEST_CASE("a hand-over takes all in order, on another thread", "[engine][hand_over]") {
  std::vector<std::uint64_t> taken;
  std::thread::id taker;
  HandOver hand_over([&](std::uint64_t n) {
    taken.push_back(n);
    taker = std::this_thread::get_id();
  });
  for (int i = 0; i < 1000; ++i) hand_over.give();
  hand_over.wait_for(1000);
  CHECK(taken.size() == 1000);
  for (std::size_t i = 0; i < taken.size(); ++i) REQUIRE(taken[i] == i);
  CHECK(taker != std::this_thread::get_id());
}

TEST_CASE("a hand-over waits for as many as are asked for and no more", "[engine][hand_over]") {
  std::atomic<int> allowed{1};
  std::atomic<int> taken{0};
  HandOver hand_over([&](std::uint64_t) {
    while (taken.load() >= allowed.load()) std::this_thread::yield();
    ++taken;
  });
  for (int i = 0; i < 3; ++i) hand_over.give();
  hand_over.wait_for(1);
  CHECK(taken.load() == 1);
  allowed = 3;
  hand_over.wait_for(3);
  CHECK(taken.load() == 3);
}

TEST_CASE("what a taker throws reaches the giver once, and nothing more is taken",
          "[engine][hand_over]") {
  std::atomic<int> calls{0};
  HandOver hand_over([&](std::uint64_t n) {
    ++calls;
    if (n == 2) throw std::runtime_error("the disk is full");
  });
  for (int i = 0; i < 3; ++i) hand_over.give();
  CHECK_THROWS_WITH(hand_over.wait_for(3), "the disk is full");
  hand_over.give();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(calls.load() == 3);

  // A giver that never waits hears of it when it gives.
  HandOver other([](std::uint64_t) { throw std::runtime_error("the pipe is closed"); });
  const auto give_on = [&] {
    for (;;) other.give();
  };
  CHECK_THROWS_WITH(give_on(), "the pipe is closed");
}

TEST_CASE("a hand-over that ends lets the call in progress end and drops the rest",
          "[engine][hand_over]") {
  std::atomic<bool> begun{false};
  std::atomic<int> taken{0};
  {
    HandOver hand_over([&](std::uint64_t) {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++taken;
    });
    for (int i = 0; i < 10; ++i) hand_over.give();
    while (!begun) std::this_thread::yield();
  }
  CHECK(taken.load() == 1);
}
