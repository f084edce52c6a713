// Which column of a table the others predict.
#include "engine/quality/outcome_column.hpp"

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

Schema schema() {
  Schema made;
  for (const char* const name : {"No", "speed [m/s]", "angle", "lift"}) {
    ColumnSchema column;
    column.name = name;
    made.columns.push_back(column);
  }
  made.columns[0].kind = ColumnKind::id;
  made.columns[1].unit = "m/s";
  return made;
}

}  // namespace

TEST_CASE("outcome: a name with its unit or without", "[quality]") {
  CHECK(outcome_column(schema(), "speed [m/s]") == "speed [m/s]");
  CHECK(outcome_column(schema(), "speed") == "speed [m/s]");
}

TEST_CASE("outcome: by itself the one that has the role, or the last", "[quality]") {
  Schema table = schema();
  CHECK(outcome_column(table, "") == "lift");
  table.columns[2].role = ColumnRole::outcome;
  CHECK(outcome_column(table, "") == "angle");
  table.columns[3].role = ColumnRole::outcome;
  CHECK(outcome_column(table, "") == "lift");
}

TEST_CASE("outcome: other names and ids are refused", "[quality]") {
  const auto complaint = [](const std::string& name) -> std::string {
    try {
      (void)outcome_column(schema(), name);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_config);
      return error.what();
    }
    return "nothing";
  };
  CHECK_THAT(complaint("lits"), ContainsSubstring("did you mean 'lift'"));
  CHECK_THAT(complaint("No"), ContainsSubstring("an id"));
}
