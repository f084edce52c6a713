// Words and numbers as messages have them.
#include "engine/base/listed.hpp"
#include "engine/base/text.hpp"

#include <cstdint>

#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("a count and what it counts agree", "[base]") {
  CHECK(counted(0, "trial") == "0 trials");
  CHECK(counted(1, "trial") == "1 trial");
  CHECK(counted(std::uint64_t{2}, "trial") == "2 trials");
  CHECK(counted(1, "class", "classes") == "1 class");
  CHECK(counted(3, "class", "classes") == "3 classes");
  CHECK(counted(std::int64_t{-1}, "trial") == "-1 trials");
}

TEST_CASE("large numbers are grouped, words are joined", "[base]") {
  CHECK(grouped(std::uint64_t{999}) == "999");
  CHECK(grouped(std::int64_t{1000}) == "1,000");
  CHECK(grouped(~std::uint64_t{0}) == "18,446,744,073,709,551,615");
  CHECK(joined({}) == "");
  CHECK(joined({"a", "b"}) == "a, b");
  CHECK(joined({"a", "b", "c"}, "/") == "a/b/c");
}

TEST_CASE("the nearest word is suggested, and none that is far", "[base]") {
  CHECK(suggestion("hing", {"bce", "hinge", "lsgan"}) == "did you mean 'hinge'?");
  CHECK(suggestion("HINGE", {"bce"}) == "");
  CHECK(suggestion("HINGE", {"bce", "hinge"}) == "did you mean 'hinge'?");
  CHECK(suggestion("Stahl, Grau", {"stahl, grau", "Holz"}) == "did you mean 'stahl, grau'?");
  CHECK(suggestion("x", {}) == "");
}

TEST_CASE("names in a message are all there, up to twenty of them", "[base]") {
  CHECK(listed({"a", "b [N]"}) == "a, b [N]");
  CHECK(listed({}) == "");
  const std::string longest(50, 'x');
  CHECK(listed({longest, "b"}) == std::string(40, 'x') + "..., b");
  const std::vector<std::string> many(23, "n");
  CHECK(listed(many).ends_with("n, n and 3 more"));
}
