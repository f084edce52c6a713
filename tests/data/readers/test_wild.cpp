// Files after other people's bug reports, with what is right for each.
#include <algorithm>

#include "engine/data/labels.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"

namespace {

using namespace vgan::testing;

vgan::Trials open(const std::filesystem::path& data, const std::filesystem::path& labels = "",
                  bool curves = false) {
  vgan::DataRequest request;
  request.data = data.string();
  request.labels = labels.string();
  request.shape.curves = curves;
  return vgan::open_trials(request);
}

}  // namespace

TEST_CASE("wild files are read as they are meant", "[readers][wild]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "wild")) VGAN_SKIP("no shared data");
  const auto wild = *shared / "wild";

  const auto rows = open(wild / "curves_90x256.npy");
  CHECK((rows.count == 90 && rows.shape.height == 1 && rows.shape.width == 256 &&
         rows.shape.channels == 1));
  CHECK(rows.shape.kind == vgan::TrialKind::row);
  const auto curves = open(wild / "curves_90x256.npy", "", true);
  CHECK((curves.count == 90 && curves.shape.width == 256 &&
         curves.shape.kind == vgan::TrialKind::curve));
  const auto table = open(wild / "scales_2000x4.npy");
  CHECK(
      (table.count == 2000 && table.shape.width == 4 && table.shape.kind == vgan::TrialKind::row));

  const auto padded = open(wild / "padded-images-idx3-ubyte.gz");
  CHECK(padded.count > 0);
  CHECK_NOTHROW(padded.require_consistent());

  const vgan::Labels floats = vgan::read_labels(wild / "labels_f32_300.npy");
  CHECK(floats.classes.size() == 300);
  const vgan::Labels qmnist = vgan::read_labels(wild / "qmnist-train-labels-idx2-int");
  CHECK(qmnist.classes.size() == 300);
  CHECK(qmnist.notes.size() == 1);
  CHECK(*std::max_element(qmnist.classes.begin(), qmnist.classes.end()) <= 9);
  for (const char* labels : {"labels_f32_300.npy", "qmnist-train-labels-idx2-int"}) {
    CHECK(open(wild / "unit_300x8x8.npy", wild / labels).labels.size() == 300);
  }

  check_error(error_of([&] { open(wild / "str_2x2.npy"); }), 65,
              {"text (dtype '<U1')", "numpy.unique"});
}
