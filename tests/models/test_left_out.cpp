// Margins and temperatures by the rows that were left out.
#include "engine/models/left_out.hpp"

#include <limits>

#include "engine/base/error.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using Shown = LeftOut::Shown;

namespace {

// Scores -2, -1, 0 and so on, in no order.
std::vector<double> scores_of(int count) {
  std::vector<double> scores;
  for (int i = count - 1; i >= 0; --i) scores.push_back(i - 2);
  return scores;
}

std::string refusal_of(const Checkpoint& checkpoint, std::size_t columns) {
  try {
    (void)LeftOut::load(checkpoint, columns, "the file");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("without rows left out there is no margin", "[models][folds]") {
  const LeftOut none;
  CHECK(none.empty());
  CHECK(none.margin(3, Shown::some, 0.9) == 0.0);
  CHECK(LeftOut(2).margin(1, Shown::all_others, 0.9) == 0.0);
}

TEST_CASE("a margin is the score of the rank that conformal prediction takes", "[models][folds]") {
  LeftOut made(2);
  made.set_scores(0, Shown::some, 90, scores_of(99));  // the ceil(100 * 0.9)-th
  CHECK(made.margin(0, Shown::some, 0.9) == 87.0);
  CHECK(made.margin(0, Shown::all_others, 0.9) == 0.0);
  CHECK(made.margin(1, Shown::some, 0.9) == 0.0);
  made.set_scores(0, Shown::some, 91, scores_of(99));
  CHECK(made.margin(0, Shown::some, 0.905) == Approx(87.5));
  made.set_scores(0, Shown::some, 100, scores_of(99));
  CHECK(made.margin(0, Shown::some, 1.0) == 96.0);
  made.set_scores(0, Shown::some, 0, scores_of(99));
  CHECK(made.margin(0, Shown::some, 0.0) == -2.0);
  // Where there are too few scores for a level it is the greatest.
  made.set_scores(1, Shown::some, 90, scores_of(5));
  CHECK(made.margin(1, Shown::some, 0.9) == 2.0);
  made.set_scores(1, Shown::some, 50, scores_of(5));  // the third of 5
  CHECK(made.margin(1, Shown::some, 0.5) == 0.0);
  made.set_scores(1, Shown::some, 50, {});
  CHECK(made.margin(1, Shown::some, 0.5) == 0.0);
}

TEST_CASE("margins and temperatures come back from a checkpoint", "[models][folds]") {
  LeftOut made(3);
  made.set_rows(40);
  made.set_scores(2, Shown::all_others, 90, scores_of(40));
  made.set_temperature(1, 1.5);
  Checkpoint checkpoint;
  made.save(checkpoint);
  const LeftOut read = LeftOut::load(checkpoint, 3, "the file");
  CHECK(read.rows() == 40);
  CHECK(read.temperatures() == std::vector<double>{1.0, 1.5, 1.0});
  CHECK(read.margin(2, Shown::all_others, 0.9) == 34.0);
  Checkpoint none;
  LeftOut().save(none);
  CHECK(none.tensors.empty());

  CHECK_THAT(refusal_of(none, 3), ContainsSubstring("left_out.margins"));
  CHECK_THAT(refusal_of(checkpoint, 2), ContainsSubstring("left_out.margins"));
  Checkpoint bad = checkpoint;
  std::vector<double> margins(3 * 2 * 101, 0.0);
  margins[7] = std::numeric_limits<double>::quiet_NaN();
  const auto bytes = std::as_bytes(std::span(margins));
  bad.tensors["left_out.margins"].bytes.assign(bytes.begin(), bytes.end());
  CHECK_THAT(refusal_of(bad, 3), ContainsSubstring("element 7"));
  bad = checkpoint;
  bad.tensors["left_out.temperatures"] = tensor_of({3}, std::vector<float>{1.0F, 0.5F, 1.0F});
  CHECK_THAT(refusal_of(bad, 3), ContainsSubstring("1 or more"));
  bad = checkpoint;
  bad.metadata["left_out.rows"] = "-3";
  CHECK_THAT(refusal_of(bad, 3), ContainsSubstring("left_out.rows"));
}
