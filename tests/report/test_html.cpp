// What others named is text in a report, whatever they put into the name.
#include "engine/report/html.hpp"

#include "engine/base/error.hpp"
#include "engine/report/report_page.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("names become text, not markup", "[engine][report]") {
  CHECK(escaped("a < b & c > \"d\" 'e'") == "a &lt; b &amp; c &gt; &quot;d&quot; &#39;e&#39;");
  CHECK(escaped("</script><script>alert(1)</script>") ==
        "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  CHECK(escaped("Stra\xC3\x9F\x65 \xE6\x97\xA5") == "Stra\xC3\x9F\x65 \xE6\x97\xA5");
  CHECK(escaped(std::string("a\0b\x1b[31m\x7f", 9)) == "a\\x00b\\x1b[31m\\x7f");
  CHECK(escaped("\xff\xc3") == "\\xff\\xc3");  // no UTF-8
  CHECK(escaped("") == "");
}

TEST_CASE("attributes keep within their quotes", "[engine][report]") {
  Html html;
  html.open("p", {{"title", "x\" onload=\"alert(1)"}}).text("<b>").close();
  CHECK(html.str() == "<p title=\"x&quot; onload=&quot;alert(1)\">&lt;b&gt;</p>");
}

TEST_CASE("elements that are opened are closed, once", "[engine][report]") {
  Html html;
  CHECK_THROWS_AS(html.close(), Error);
  html.open("div");
  CHECK_THROWS_AS(html.str(), Error);
  Html part;
  part.open("p");
  CHECK_THROWS_AS(html.add(part), Error);
  part.close();
  CHECK(html.add(part).single("img", {{"alt", ""}}).close().str() ==
        "<div><p></p><img alt=\"\"/></div>");
}

TEST_CASE("a picture's bytes become its address", "[engine][report]") {
  // The examples of RFC 4648.
  CHECK(data_uri("") == "data:image/png;base64,");
  CHECK(data_uri("f") == "data:image/png;base64,Zg==");
  CHECK(data_uri("fo") == "data:image/png;base64,Zm8=");
  CHECK(data_uri("foo") == "data:image/png;base64,Zm9v");
  CHECK(data_uri("foob") == "data:image/png;base64,Zm9vYg==");
  CHECK(data_uri(std::string("\xfb\xff\0", 3)) == "data:image/png;base64,+/8A");
}
