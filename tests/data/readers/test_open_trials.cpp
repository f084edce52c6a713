#include <sys/stat.h>

#include "engine/data/builtin/digits.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::DataRequest;

const std::string images_bytes = idx_header({3, 2, 2}) + counting_bytes(12);
const std::string labels_bytes = idx_header({3}) + std::string("\x04\x05\x06", 3);
const std::vector<std::int32_t> wanted_labels = {4, 5, 6};

vgan::Trials open(const std::filesystem::path& data, const std::string& labels = "") {
  DataRequest request;
  request.data = data.string();
  request.labels = labels;
  return vgan::open_trials(request);
}

vgan::Error open_error(const std::filesystem::path& data, const std::string& labels = "") {
  return error_of([&] { open(data, labels); });
}

DataRequest with_mnist(const std::filesystem::path& folder) {
  DataRequest request;
  request.mnist_folder = folder;
  return request;
}

}  // namespace

TEST_CASE("open_trials finds images and labels in a folder", "[readers]") {
  for (const char* ending : {"", ".gz"}) {
    for (const char* dash : {"-", "."}) {
      const TempDir folder;
      const auto name = [&](const char* part, const char* idx) {
        return folder.path() / (std::string("train-") + part + dash + idx + "-ubyte" + ending);
      };
      write_file(name("images", "idx3"), *ending ? gzip(images_bytes) : images_bytes);
      CHECK(open(folder.path()).labels.empty());
      write_file(name("labels", "idx1"), labels_bytes);  // plain, whatever the name says
      const auto images = open(folder.path());
      CHECK(images.count == 3);
      CHECK(images.labels == wanted_labels);
      CHECK(images.source == name("images", "idx3").string());
      CHECK(open(folder.path(), "none").labels.empty());
    }
  }
  const TempDir empty;
  check_error(open_error(empty.path()), 74,
              {"a folder without images", "train-images-idx3-ubyte[.gz]"});
}

TEST_CASE("open_trials tells a file's format by its content", "[readers]") {
  const TempDir folder;
  const auto at = [&](const char* name) { return folder.path() / name; };
  write_file(at("t10k-images-idx3-ubyte"), images_bytes);
  write_file(at("t10k-labels-idx1-ubyte.gz"), gzip(labels_bytes));
  CHECK(open(at("t10k-images-idx3-ubyte")).labels == wanted_labels);
  write_file(at("face_images.npy"), npy_header("<f4", "(3, 1)") + raw_bytes<float>({0, 1, 0}));
  CHECK(open(at("face_images.npy")).labels.empty());
  write_file(at("face_labels.npy"), npy_header("<i4", "(3,)") + raw_bytes(wanted_labels));
  CHECK(open(at("face_images.npy")).labels == wanted_labels);
  CHECK(open(at("t10k-images-idx3-ubyte"), at("face_labels.npy").string()).labels == wanted_labels);
  write_file(at("pictures.bin"), gzip(images_bytes));
  CHECK(open(at("pictures.bin")).labels.empty());
  CHECK(open(at("pictures.bin"), at("t10k-labels-idx1-ubyte.gz").string()).labels == wanted_labels);
}

TEST_CASE("open_trials refuses what does not belong together", "[readers]") {
  const TempDir folder;
  const auto images = write_file(folder.path() / "train-images-idx3-ubyte", images_bytes);
  const auto two = write_file(folder.path() / "two", idx_header({2}) + "ab");
  check_error(open_error(images, two.string()), 65,
              {"labels do not match", two.string() + " against " + images.string(),
               "found 2 labels; allowed 3", "--labels"});
  check_error(open_error(images, images.string()), 65, {"cannot read IDX labels", "IDX images"});
  check_error(open_error(two), 65, {"cannot read IDX images", "with --labels"});
  check_error(open_error(images, (folder.path() / "absent").string()), 74, {"absent"});
  check_error(open_error(folder.path() / "absent"), 74, {"absent", "No such file"});
  write_file(folder.path() / "page", "<html>");
  check_error(open_error(folder.path() / "page"), 65, {"an HTML page", "IDX", ".npy"});
  check_error(open_error(images, (folder.path() / "page").string()), 65,
              {"cannot read labels", "an HTML page"});
  REQUIRE(mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  check_error(open_error(folder.path() / "fifo"), 74, {"a FIFO"});
  check_error(open_error(images, (folder.path() / "fifo").string()), 74, {"a FIFO"});
  check_error(open_error("digits", two.string()), 78, {"labels", "--data"});
  check_error(open_error("", two.string()), 78, {"labels", "--data"});
}

TEST_CASE("open_trials reads conditions beside images and labels", "[readers]") {
  const TempDir folder;
  const auto images = write_file(folder.path() / "train-images-idx3-ubyte", images_bytes);
  write_file(folder.path() / "train-labels-idx1-ubyte", labels_bytes);
  DataRequest request;
  request.data = images.string();
  CHECK(vgan::open_trials(request).condition_size == 0);
  const auto use = [&](const char* name, const std::string& bytes) {
    request.conditions = write_file(folder.path() / name, bytes).string();
  };
  use("c.npy", npy_header("<f4", "(3, 2)") + raw_bytes<float>({1, 2, 3, 4, 5, 6}));
  const auto read = vgan::open_trials(request);
  CHECK(read.conditions == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(read.condition_size == 2);
  CHECK(read.labels == wanted_labels);
  CHECK_NOTHROW(read.require_consistent());
  request.labels = "none";
  CHECK(vgan::open_trials(request).condition_size == 2);

  const auto error = [&] { return error_of([&] { vgan::open_trials(request); }); };
  use("two.npy", npy_header("<f4", "(2, 3)") + raw_bytes<float>({1, 2, 3, 4, 5, 6}));
  check_error(error(), 65,
              {"conditions do not match the images", "two.npy against " + images.string(),
               "found 2 conditions; allowed 3", "--conditions"});
  use("text.npy", "1 2 3");
  check_error(error(), 65, {"cannot read conditions", "text.npy"});
  request.conditions = (folder.path() / "absent").string();
  check_error(error(), 74, {"absent", "No such file"});
  request.data = "digits";
  use("c.npy", npy_header("<f4", "(3,)") + raw_bytes<float>({1, 2, 3}));
  check_error(error(), 65, {"c.npy against built-in digits", "allowed 60000"});
}

TEST_CASE("open_trials finds the labels of images with channels", "[readers]") {
  const TempDir folder;
  const auto images = write_file(folder.path() / "train-images-idx4-ubyte",
                                 idx_header({3, 2, 1, 2}) + counting_bytes(12));
  write_file(folder.path() / "train-labels-idx1-ubyte.gz", gzip(labels_bytes));
  const auto read = open(images);
  CHECK(read.shape.channels == 2);
  CHECK(read.labels == wanted_labels);
}

TEST_CASE("open_trials draws the built-in digits where no MNIST lies", "[readers]") {
  const TempDir folder;
  DataRequest request = with_mnist(folder.path() / "absent");
  request.seed = 5;
  const auto drawn = vgan::open_trials(request);
  CHECK(drawn.count == 60000);
  CHECK(drawn.labels.size() == 60000);
  CHECK(drawn.fingerprint() == vgan::make_digits(5).fingerprint());
  request.data = "digits";
  request.labels = "none";
  const auto unlabelled = vgan::open_trials(request);
  CHECK(unlabelled.fingerprint() == drawn.fingerprint());
  CHECK(unlabelled.labels.empty());
}

TEST_CASE("open_trials refuses an MNIST folder with other content", "[readers]") {
  const TempDir folder;
  const auto error = [&] { return error_of([&] { open_trials(with_mnist(folder.path())); }); };
  write_file(folder.path() / "train-images-idx3-ubyte.gz", gzip(images_bytes));
  check_error(error(), 65,
              {"cannot verify MNIST", "train-images-idx3-ubyte.gz", "found md5 ",
               "f68b3c2dcbeaaa9fbdd348bbdeb94873", "get_mnist.sh"});
  write_file(folder.path() / "train-images-idx3-ubyte.gz", "");
  check_error(error(), 65, {"cannot verify MNIST", "an empty file"});
}

TEST_CASE("open_trials takes verified MNIST, packed and unpacked", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  const auto mnist = *shared / "mnist";
  const auto packed = vgan::open_trials(with_mnist(mnist));
  CHECK(packed.count == 60000);
  CHECK(packed.labels.size() == 60000);
  CHECK(packed.source == (mnist / "train-images-idx3-ubyte.gz").string());
  CHECK(open(mnist).fingerprint() == packed.fingerprint());
  CHECK(open(mnist / "t10k-images-idx3-ubyte.gz").labels.size() == 10000);

  const TempDir folder;
  const auto& pixels = std::get<std::vector<std::uint8_t>>(packed.values);
  write_file(folder.path() / "train-images-idx3-ubyte",
             idx_header({60000, 28, 28}) + std::string(pixels.begin(), pixels.end()));
  check_error(error_of([&] { vgan::open_trials(with_mnist(folder.path())); }), 74,
              {"cannot verify MNIST", "train-labels-idx1-ubyte", "no such file"});
  write_file(folder.path() / "train-labels-idx1-ubyte",
             idx_header({60000}) + std::string(packed.labels.begin(), packed.labels.end()));
  const auto unpacked = vgan::open_trials(with_mnist(folder.path()));
  CHECK(unpacked.fingerprint() == packed.fingerprint());
  CHECK(unpacked.labels == packed.labels);
}
