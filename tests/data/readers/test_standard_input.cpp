// "-" is standard input, for as often as it is read.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "engine/data/readers/open_trials.hpp"
#include "engine/files/standard_input.hpp"
#include "tests/data/readers/make_zip.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

/// What opening "-" gives in a process of its own whose standard input is `file`, or a pipe from
/// it: the fingerprint, or the message.
std::string opened(const std::filesystem::path& file, bool piped) {
  int answer[2];
  REQUIRE(::pipe(answer) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    int in = ::open(file.c_str(), O_RDONLY);
    int pipe_ends[2] = {-1, -1};
    if (piped && ::pipe(pipe_ends) == 0) {
      const std::string bytes = read_file(file);
      if (::fork() == 0) {
        for (std::size_t at = 0; at < bytes.size();) {
          const ssize_t put = ::write(pipe_ends[1], bytes.data() + at, bytes.size() - at);
          if (put <= 0) break;
          at += static_cast<std::size_t>(put);
        }
        ::_exit(0);
      }
      ::close(pipe_ends[1]);
      in = pipe_ends[0];
    }
    ::dup2(in, STDIN_FILENO);
    std::string said;
    try {
      vgan::DataRequest request;
      request.data = "-";
      const vgan::Trials first = vgan::open_trials(request);
      const vgan::Trials again = vgan::open_trials(request);
      said = first.fingerprint() + (again.fingerprint() == first.fingerprint() ? " " : " not ") +
             first.source + " " + vgan::lasting_data_name("-", first);
    } catch (const vgan::Error& error) {
      said = error.what();
    }
    const ssize_t put = ::write(answer[1], said.data(), said.size());
    ::_exit(put < 0 ? 1 : 0);
  }
  ::close(answer[1]);
  std::string said(65536, '\0');
  std::size_t got = 0;
  for (ssize_t now = 1; now > 0 && got < said.size();) {
    now = ::read(answer[0], said.data() + got, said.size() - got);
    got += now > 0 ? static_cast<std::size_t>(now) : 0;
  }
  ::close(answer[0]);
  ::waitpid(child, nullptr, 0);
  said.resize(got);
  return said;
}

}  // namespace

TEST_CASE("standard input is read as the file that it holds", "[readers][stdin]") {
  const TempDir folder;
  std::string rows = "x,y\n";
  for (int row = 0; row < 30000; ++row) {
    rows += std::to_string(row % 17) + "," + std::to_string(row % 23) + "\n";
  }
  const std::string array = npy_header("<f4", "(3, 2)") + raw_bytes<float>({0, 1, 2, 3, 4, 5});
  const std::vector<std::pair<const char*, std::string>> contents = {
      {"table", rows},
      {"table.gz", gzip(rows)},
      {"array", array},
      {"array.npz", zip_of({deflated_part("x.npy", array)})},
      {"pixels", idx_header({3, 2, 2}) + counting_bytes(12)}};
  for (const auto& [name, bytes] : contents) {
    INFO(name);
    const auto path = write_file(folder.path() / name, bytes);
    vgan::DataRequest request;
    request.data = path.string();
    const std::string fingerprint = vgan::open_trials(request).fingerprint();
    for (const bool piped : {false, true}) {
      const std::string said = opened(path, piped);
      INFO(said);
      CHECK(said.starts_with(fingerprint + " standard input"));
      CHECK(said.ends_with(" -"));
    }
  }
}

TEST_CASE("standard input that is no data is refused by its name", "[readers][stdin]") {
  const TempDir folder;
  const auto empty = write_file(folder.path() / "empty", "");
  for (const bool piped : {false, true}) {
    CHECK_THAT(opened(empty, piped), Catch::Matchers::ContainsSubstring(
                                         "cannot read data: standard input, byte 0: found an empty "
                                         "file"));
  }
  CHECK_THAT(opened("/dev/null", false),
             Catch::Matchers::ContainsSubstring("standard input, byte 0: found an empty file"));
  const auto page = write_file(folder.path() / "page", "<html>");
  CHECK_THAT(opened(page, true), Catch::Matchers::ContainsSubstring("standard input, byte 0: found "
                                                                    "an HTML page"));
  CHECK(vgan::input_name("./-") == "./-");
}
