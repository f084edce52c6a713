// Pieces of work on several threads.
#include "engine/quality/parallel.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("parallel: each piece is done once, on any number of threads", "[quality]") {
  for (const std::int64_t threads : {0, 1, 2, 7}) {
    std::vector<int> done(20, 0);
    std::vector<std::function<void()>> pieces;
    for (std::size_t i = 0; i < done.size(); ++i) pieces.emplace_back([&done, i] { ++done[i]; });
    do_in_parallel(pieces, threads);
    CHECK(done == std::vector<int>(20, 1));
  }
  do_in_parallel({}, 3);
}

TEST_CASE("parallel: the first that throws is told when all have ended", "[quality]") {
  std::vector<int> done(3, 0);
  const std::vector<std::function<void()>> pieces = {[&] { done[0] = 1; },
                                                     [] { throw std::runtime_error("second"); },
                                                     [&] {
                                                       done[2] = 1;
                                                       throw std::runtime_error("third");
                                                     }};
  CHECK_THROWS_WITH(do_in_parallel(pieces, 2), "second");
  CHECK(done == std::vector<int>{1, 0, 1});
}
