// What a terminal is shown of names and values that may hold anything.
#include "engine/base/printable.hpp"

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using vgan::printable;

TEST_CASE("text is shown as it is, control characters and broken UTF-8 as bytes", "[engine]") {
  CHECK(printable("plain ~ text") == "plain ~ text");
  CHECK(printable("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(printable("a\x1b[31m\r\n\t\x7f") == "a\\x1b[31m\\x0d\\x0a\\x09\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m \xc2\xa0") ==
        "\\xc2\\x9b"
        "31m \xc2\xa0");  // C1 CSI; a wide space
  CHECK(printable("\x9b") == "\\x9b");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // '/' in too many bytes
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(printable(std::string(1, '\0')) == "\\x00");
}

TEST_CASE("an error is one line of printable text", "[engine]") {
  const vgan::Error error(vgan::ErrorCode::io, {"cannot open", "a\x1b[2J\nb", "\xc2\x9b", "", ""});
  CHECK(std::string(error.what()) == "cannot open: a\\x1b[2J\\x0ab: found \\xc2\\x9b");
}
