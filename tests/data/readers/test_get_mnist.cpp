#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

struct Run {
  int status = -1;
  std::string output;  // standard output and error together
};

Run get_mnist(const std::string& before, const std::string& arguments) {
  const std::string command =
      before + " bash '" + source_dir() + "/data/get_mnist.sh' " + arguments + " 2>&1";
  Run run;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  while (const std::size_t got = fread(part.data(), 1, part.size(), pipe)) {
    run.output.append(part.data(), got);
  }
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_failure(const Run& run, int status, const std::vector<std::string>& parts) {
  INFO(run.output);
  CHECK(run.status == status);
  CHECK(lines(run.output) == 1);
  for (const std::string& part : parts) CHECK(run.output.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("get_mnist.sh brings, keeps and mends the four files", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  const TempDir folder;
  const auto target = folder.path() / "a folder" / "mnist";
  const std::string from = "--from " + quoted(*shared / "mnist") + " --to " + quoted(target);
  const Run first = get_mnist("cd / &&", from);
  INFO(first.output);
  CHECK(first.status == 0);
  CHECK(lines(first.output) == 4);
  CHECK(first.output.find("brought " + (target / "t10k-labels-idx1-ubyte.gz").string()) !=
        std::string::npos);
  write_file(target / "train-labels-idx1-ubyte.gz", "damaged");
  const Run again = get_mnist("", from);
  CHECK(again.output.find("have    " + (target / "train-images-idx3-ubyte.gz").string()) !=
        std::string::npos);
  CHECK(again.output.find("brought " + (target / "train-labels-idx1-ubyte.gz").string()) !=
        std::string::npos);
  CHECK(std::filesystem::file_size(target / "train-labels-idx1-ubyte.gz") == 28881);
  CHECK(std::distance(std::filesystem::directory_iterator(target), {}) == 4);
}

TEST_CASE("get_mnist.sh fetches from the first mirror that has the right file", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  if (std::system("command -v curl >/dev/null") != 0) VGAN_SKIP("curl reads file:// and is absent");
  const TempDir folder;
  const auto wrong = folder.path() / "wrong";
  std::filesystem::create_directory(wrong);
  write_file(wrong / "train-images-idx3-ubyte.gz", "<html>not here</html>");
  const std::string mirrors =
      "MNIST_MIRRORS='file://" + wrong.string() + " file://" + (*shared / "mnist").string() + "'";
  const Run run = get_mnist(mirrors, "--to " + quoted(folder.path() / "mnist"));
  INFO(run.output);
  CHECK(run.status == 0);
  CHECK(lines(run.output) == 4);
}

TEST_CASE("get_mnist.sh fails in one line and leaves nothing", "[readers]") {
  const TempDir folder;
  const auto source = folder.path() / "source";
  const auto target = folder.path() / "target";
  std::filesystem::create_directory(source);
  const std::string to = " --to " + quoted(target);
  check_failure(get_mnist("", "--from " + quoted(source) + to), 74,
                {"cannot copy", "train-images-idx3-ubyte.gz"});
  write_file(source / "train-images-idx3-ubyte.gz", "damaged");
  check_failure(get_mnist("", "--from " + quoted(source) + to), 65,
                {"found md5", "allowed f68b3c2dcbeaaa9fbdd348bbdeb94873"});
  check_failure(get_mnist("", "--from " + quoted(folder.path() / "absent") + to), 74,
                {"is no folder"});
  check_failure(get_mnist("", "--from"), 2, {"needs a folder"});
  check_failure(get_mnist("", "--bogus"), 2, {"unknown argument --bogus"});
  write_file(folder.path() / "file", "x");
  check_failure(get_mnist("", "--to " + quoted(folder.path() / "file")), 74, {"cannot make"});
  if (std::system("command -v curl >/dev/null") == 0) {
    check_failure(
        get_mnist("MNIST_MIRRORS='file://" + source.string() + " file:///absent'", to), 74,
        {"cannot fetch train-images-idx3-ubyte.gz", "md5 ", "file:///absent: curl", "--from DIR"});
  }
  CHECK(std::filesystem::is_empty(target));
}
