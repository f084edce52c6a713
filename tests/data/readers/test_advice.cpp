// What a reader's message advises works when it is followed.
#include <cstdlib>
#include <functional>
#include <regex>

#include "engine/data/readers/open_trials.hpp"
#include "engine/pictures/png.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using namespace vgan::testing;
using vgan::DataRequest;

const std::string good_images = idx_header({3, 2, 2}) + counting_bytes(12);
const std::string good_labels = idx_header({3}) + std::string("\4\5\6", 3);

/// What a message is about: `bad` is a file that is given as `role`.
enum class Role { images, labels, conditions };

struct Case {
  const char* name;
  Role role;
  std::string bad;
  std::string advised;  ///< part of the remedy
  /// Does what the message says to the request; `file` is the bad one.
  std::function<void(DataRequest& request, const fs::path& file)> follow;
  bool curves = false;
};

DataRequest request_of(const TempDir& folder, Role role, const fs::path& bad, bool curves) {
  DataRequest request;
  request.data = (folder.path() / "good").string();
  write_file(request.data, good_images);
  (role == Role::images   ? request.data
   : role == Role::labels ? request.labels
                          : request.conditions) = bad.string();
  request.shape.curves = curves;
  return request;
}

void shell(const std::string& command) {
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
}

auto with_shape(const char* shape) {
  return [shape](DataRequest& request, const fs::path&) { request.shape.shape = shape; };
}

// Runs a command that makes `to` out of the bad file.
auto by_command(const char* before, const char* after, const char* to,
                std::string DataRequest::*field) {
  return [=](DataRequest& request, const fs::path& file) {
    const fs::path made = file.parent_path() / to;
    shell(before + ("'" + file.string() + "'") + after + " '" + made.string() + "'");
    request.*field = made.string();
  };
}

std::vector<Case> cases() {
  const auto npy = [](const char* shape, std::size_t bytes) {
    return npy_header("|u1", shape) + counting_bytes(bytes);
  };
  return {
      {"channels first", Role::images, npy("(3, 3, 8, 9)", 648), "give --shape chw",
       with_shape("chw")},
      {"channels first in IDX", Role::images, idx_header({3, 3, 8, 9}) + counting_bytes(648),
       "give --shape chw", with_shape("chw")},
      {"one channel first", Role::images, npy("(3, 1, 8, 9)", 216), "give --shape chw",
       with_shape("chw")},
      {"many channels", Role::images, npy("(3, 8, 9, 5)", 1080), "give --shape 360",
       with_shape("360")},
      {"five axes", Role::images, npy("(3, 2, 2, 2, 2)", 48), "give --shape 16", with_shape("16")},
      {"too many channels of a curve", Role::images, npy("(3, 2, 5000)", 30000), "give --shape ct",
       with_shape("ct"), true},
      {"labels as images", Role::images, good_labels, "this file with --labels",
       [](DataRequest& request, const fs::path& file) {
         request.data = (file.parent_path() / "good").string();
         request.labels = file.string();
       }},
      {"images as labels", Role::labels, idx_header({3, 1, 1}) + "abc", "this file with --data",
       [](DataRequest& request, const fs::path& file) {
         request.data = file.string();
         request.labels = "none";
       }},
      {"too few labels", Role::labels, idx_header({2}) + "ab", "--labels none",
       [](DataRequest& request, const fs::path&) { request.labels = "none"; }},
      {"a heading", Role::labels, "class\nb\na\nb\n", "tail -n +2 FILE > labels.txt",
       by_command("tail -n +2 ", " >", "labels.txt", &DataRequest::labels)},
      {"a table", Role::labels, "b,1\na,2\nb,3\n", "cut -d, -f1 FILE > labels.txt",
       by_command("cut -d, -f1 ", " >", "labels.txt", &DataRequest::labels)},
      {"latin-1", Role::labels, "b\n\xe4\nb\n", "iconv -f latin1 -t utf-8",
       by_command("iconv -f latin1 -t utf-8 ", " >", "labels.txt", &DataRequest::labels)},
      {"bytes after gzip", Role::images, gzip(good_images) + "tail", "gunzip -c FILE > unpacked",
       [](DataRequest& request, const fs::path& file) {
         const fs::path made = file.parent_path() / "unpacked";
         // gunzip warns of the rest by its exit status, 2.
         shell("gunzip -c < '" + file.string() + "' 2>/dev/null > '" + made.string() +
               "' || [ $? = 2 ]");
         request.data = made.string();
       }},
      {"a picture", Role::images, "", "name the folder that it lies in",
       [](DataRequest& request, const fs::path& file) {
         request.data = file.parent_path().string();
       }},
  };
}

/// Arrays whose message has a line of Python; `which` of its expressions is meant.
struct ArrayCase {
  const char* name;
  Role role;
  const char* made;  ///< by this expression
  std::size_t which = 0;
};

const std::vector<ArrayCase> array_cases = {
    {"text of numbers", Role::images, "numpy.array([['1', '2.5'], ['3', '4'], ['5', '6']])", 0},
    {"text of names", Role::images, "numpy.array([['a', 'b'], ['c', 'a'], ['b', 'b']])", 1},
    {"bytes of names", Role::images, "numpy.array([[b'a', b'b'], [b'c', b'a'], [b'b', b'b']])", 1},
    {"objects", Role::images, "numpy.array([[1, 2], [3, 4], [5, 6]], dtype=object)"},
    {"complex", Role::images, "numpy.array([[1 + 2j, 3], [4, 5j], [6, 7]])"},
    {"dates", Role::images,
     "numpy.array([['2020-01-01'], ['2021-01-01'], ['2022-01-01']], 'M8[ns]')"},
    {"spans", Role::images, "numpy.array([[1], [2], [3]], 'm8[s]')"},
    {"a table", Role::images,
     "numpy.array([(1, 2.5), (3, 4.5), (5, 6.5)], dtype=[('a', 'i4'), ('b', 'f8')])"},
    {"long doubles", Role::images, "numpy.array([[1], [2], [3]], numpy.longdouble)"},
    {"NaN", Role::images, "numpy.array([[1, 2], [3, numpy.nan], [5, 6], [7, 8]])"},
    {"beyond float32", Role::images, "numpy.array([[1, 2], [3, 1e300], [5, 6], [7, 8]])"},
    {"a single number", Role::images, "numpy.uint8(5)"},
    {"one axis", Role::images, "numpy.arange(3.0)"},
    {"labels of halves", Role::labels, "numpy.array([0.5, 1, 0.5])"},
    {"labels below 0", Role::labels, "numpy.array([-1, 1, -1])"},
    {"several columns of labels", Role::labels, "numpy.array([[1, 7], [2, 7], [1, 7]])"},
    {"conditions of three axes", Role::conditions, "numpy.ones((3, 2, 2))"},
    {"too many conditions", Role::conditions, "numpy.ones((3, 5000))"},
    {"conditions with NaN", Role::conditions, "numpy.array([1, numpy.nan, 3])"},
};

}  // namespace

TEST_CASE("advice of the readers works when it is followed", "[readers][advice]") {
  for (const Case& c : cases()) {
    INFO(c.name);
    const TempDir folder;
    const fs::path file = folder.path() / "bad.png";
    if (c.bad.empty()) {
      vgan::write_png(file, vgan::GrayImage{2, 2, {1, 2, 3, 4}});
    } else {
      write_file(file, c.bad);
    }
    DataRequest request = request_of(folder, c.role, file, c.curves);
    const vgan::Error error = error_of([&] { vgan::open_trials(request); });
    INFO(error.what());
    CHECK(error.detail().remedy.find(c.advised) != std::string::npos);
    c.follow(request, file);
    CHECK_NOTHROW(vgan::open_trials(request).require_consistent());
  }
}

TEST_CASE("lines of Python in the readers' advice work", "[readers][advice]") {
  if (std::system("python3 -c 'import numpy' 2>/dev/null") != 0) VGAN_SKIP("no NumPy here");
  for (const ArrayCase& c : array_cases) {
    INFO(c.name);
    const TempDir folder;
    const fs::path bad = folder.path() / "bad.npy";
    const fs::path better = folder.path() / "better.npy";
    const auto python = [&](const std::string& lines) {
      const fs::path script = write_file(folder.path() / "script.py", "import numpy\n" + lines);
      shell("python3 '" + script.string() + "'");
    };
    const auto quoted = [](const fs::path& path) { return "'" + path.string() + "'"; };
    python("numpy.save(" + quoted(bad) + ", " + c.made + ", allow_pickle=True)\n");
    DataRequest request = request_of(folder, c.role, bad, false);
    const vgan::Error error = error_of([&] { vgan::open_trials(request); });
    INFO(error.what());
    const std::string remedy = error.detail().remedy;
    const std::regex line("(a = .*?), then numpy.save");
    std::vector<std::string> lines;
    for (std::sregex_iterator at(remedy.begin(), remedy.end(), line), end; at != end; ++at) {
      lines.push_back((*at)[1]);
    }
    REQUIRE(lines.size() > c.which);
    python("array = numpy.load(" + quoted(bad) + ", allow_pickle=True)\n" + lines[c.which] +
           "\nnumpy.save(" + quoted(better) + ", a)\n");
    request = request_of(folder, c.role, better, false);
    if (std::string(c.name) == "a single number") {  // constant: read, but nothing to train on
      CHECK(vgan::open_trials(request).count == 1);
      continue;
    }
    CHECK_NOTHROW(vgan::open_trials(request).require_consistent());
  }
}
