// Files made to exhaust memory, read by a process that may take little of it.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool limit_works = false;  // the sanitizer itself maps terabytes
#else
constexpr bool limit_works = true;
#endif

rlim_t address_space_now() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  file >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// The exit code of the vgan::Error that `read` throws in a child that may take `bytes` more
// memory; 1 where it throws none, 2 where memory ran out.
int error_within(rlim_t bytes, const std::function<void()>& read) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int status = 1;
    if (limit_works) {
      malloc_trim(0);  // what earlier tests gave back would not count
      const rlim_t most = address_space_now() + bytes;
      const rlimit limit{most, most};
      if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(4);
    }
    try {
      read();
    } catch (const vgan::Error& error) {
      status = error.exit_code();
    } catch (const std::bad_alloc&) {
      status = 2;
    } catch (...) {
      status = 3;
    }
    _exit(status);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

constexpr rlim_t little = rlim_t{64} << 20;

// A gzip file of about `packed_mib` MiB that unpacks to 1032 times as much, behind `header`.
std::string bomb(const std::string& header, std::size_t packed_mib) {
  std::string bytes = gzip(header);
  const std::string member = gzip(std::string(64 << 20, '\0'), 9);
  while (bytes.size() < packed_mib << 20) bytes += member;
  return bytes;
}

}  // namespace

TEST_CASE("the memory limit of these tests bites", "[readers]") {
  if (!limit_works) VGAN_SKIP("AddressSanitizer needs the whole address space");
  if (std::getenv("VGAN_EMULATED")) VGAN_SKIP("an emulated process has no limit of its own");
  // Used, so that the compiler may not leave the allocation out.
  const auto take = [](std::size_t bytes) {
    std::vector<char> block(bytes);
    asm volatile("" : : "r"(block.data()) : "memory");
  };
  CHECK(error_within(little, [&] { take(little + (1 << 20)); }) == 2);
  CHECK(error_within(little, [&] { take(little / 2); }) == 1);
}

TEST_CASE("headers that promise gigabytes take no memory", "[readers]") {
  const TempDir folder;
  const auto path = folder.path() / "file";
  const auto images = [&](const std::string& bytes) {
    write_file(path, bytes);
    return error_within(little, [&] { vgan::read_idx_trials(path); });
  };
  const auto array = [&](const std::string& bytes) {
    write_file(path, bytes);
    return error_within(little, [&] { vgan::read_npy_trials(path); });
  };
  const std::string idx = idx_header({60000, 1000, 1000});
  CHECK(images(idx + "x") == 65);
  CHECK(images(gzip(idx + "x")) == 65);
  const std::string colour = idx_header({60000, 1000, 1000, 3});
  CHECK(images(colour + "x") == 65);
  CHECK(images(gzip(colour + "x")) == 65);
  const std::string first = npy_header("|u1", "(60000, 3, 1000, 1000)");
  CHECK(array(first + "x") == 65);
  CHECK(array(gzip(first + "x")) == 65);
  const std::string rows = npy_header("|u1", "(60000000, 4000)", true);
  for (const std::string& stored : {rows + "x", gzip(rows + "x")}) {
    write_file(path, stored);
    CHECK(error_within(little, [&] { vgan::read_conditions(path); }) == 65);
  }
  const std::string npy = npy_header("<f8", "(60000, 1000, 1000)");
  CHECK(array(npy + "x") == 65);
  CHECK(array(gzip(npy + "x")) == 65);
  std::string header = npy_header("{");
  header[6] = 2;
  header.replace(8, 2, "\xff\xff\xff\x7f");
  CHECK(array(header) == 65);
  CHECK(array(gzip(header)) == 65);
}

TEST_CASE("gzip bombs stop at the promise", "[readers]") {
  const TempDir folder;
  const auto path = folder.path() / "bomb.gz";
  write_file(path, bomb(idx_header({2, 2, 2}), 1));
  CHECK(error_within(little, [&] { vgan::read_idx_trials(path); }) == 65);
  write_file(path, bomb(npy_header("<f4", "(2, 2)"), 1));
  CHECK(error_within(little, [&] { vgan::read_npy_trials(path); }) == 65);
  // 1 MB of gzip could keep the promise of 500 MB, but this one holds noise and ends early: memory
  // is taken only as bytes arrive.
  const std::string noise = [] {
    std::string bytes(1 << 20, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
  }();
  write_file(path, gzip(idx_header({500, 1000, 1000}) + noise));
  CHECK(error_within(little, [&] { vgan::read_idx_trials(path); }) == 65);
}

TEST_CASE("a sparse file larger than memory is refused", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "sparse", idx_header({1 << 15, 1 << 14, 1 << 14}));
  if (truncate(path.c_str(), (off_t{1} << 43) + 16) != 0) {
    VGAN_SKIP("the file system of the temporary folder allows no file of 8 TiB");
  }
  check_error(error_of([&] { vgan::read_idx_trials(path); }), 65, {"in memory", "this machine's"});
}
