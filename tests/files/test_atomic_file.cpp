// A file is the old one or the new one, and never half of either.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fstream>

#include <csignal>

#include "engine/files/atomic_file.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using Catch::Matchers::ContainsSubstring;
using vgan::testing::count_files;
using vgan::testing::outcome_of;
using vgan::testing::read_text;
using vgan::testing::TempDir;
using vgan::testing::write_text;

namespace {

// Gives up root's privileges for as long as it lives, so that permissions are enforced.
class Unprivileged {
 public:
  Unprivileged() : was_root_(::geteuid() == 0) {
    if (was_root_) ready_ = ::seteuid(65534) == 0;
  }
  ~Unprivileged() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  bool ready() const { return ready_; }

 private:
  bool was_root_;
  bool ready_ = true;
};

// Makes writes past `bytes` of any file fail with EFBIG, as a full disk does with ENOSPC.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_;
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("an atomic file appears on commit only", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "file.bin";
  write_text(path, "old");
  {
    AtomicFile file(path);
    file.write("new ");
    file.write("words");
    CHECK(file.temporary().filename() == ".file.bin.tmp-" + std::to_string(::getpid()));
    CHECK(file.temporary().parent_path() == folder.path());
    CHECK(read_text(path) == "old");
    file.commit();
    CHECK(read_text(path) == "new words");
    CHECK(outcome_of([&] { file.write("more"); }).code == 70);
    CHECK(outcome_of([&] { file.commit(); }).code == 70);
  }
  CHECK(read_text(path) == "new words");
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("an atomic file without commit leaves nothing", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "file.bin";
  write_text(path, "old");
  { AtomicFile(path).write("half of a new one"); }
  CHECK(read_text(path) == "old");
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("an atomic file replaces its own stale temporary", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "file.bin";
  const std::string stale = ".file.bin.tmp-" + std::to_string(::getpid());
  SECTION("a file") { write_text(folder.path() / stale, "a longer text of a killed process"); }
  SECTION("a link is removed, not written through") {
    const auto victim = write_text(folder.path() / "victim", "untouched");
    std::filesystem::create_symlink(victim, folder.path() / stale);
  }
  AtomicFile file(path);
  file.write("new");
  file.commit();
  CHECK(read_text(path) == "new");
  const auto victim = folder.path() / "victim";
  if (std::filesystem::exists(victim)) CHECK(read_text(victim) == "untouched");
}

TEST_CASE("an atomic file follows a symbolic link to its target", "[checkpoint]") {
  const TempDir folder;
  const auto target = write_text(folder.path() / "target", "old");
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink("target", link);
  AtomicFile file(link);
  file.write("new");
  file.commit();
  CHECK(std::filesystem::is_symlink(link));
  CHECK(read_text(target) == "new");
}

TEST_CASE("an atomic file's refusals are I/O errors with the path", "[checkpoint]") {
  const TempDir folder;
  const auto check = [](const std::filesystem::path& path, const std::string& reason) {
    const auto outcome = outcome_of([&] { AtomicFile file(path); });
    INFO(path << " -> " << outcome.message);
    CHECK(outcome.code == 74);
    CHECK_THAT(outcome.message, ContainsSubstring(path.parent_path().string()));
    CHECK_THAT(outcome.message, ContainsSubstring(reason));
  };
  check(folder.path() / "missing" / "file", "No such file or directory");
  check(write_text(folder.path() / "plain", "") / "file", "Not a directory");
  check(folder.path(), "Is a directory");
  check(folder.path() / std::string(300, 'x'), "File name too long");
  const auto locked = folder.path() / "locked";
  std::filesystem::create_directory(locked);
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(locked.c_str(), 0555);
  const Unprivileged user;
  if (!user.ready()) VGAN_SKIP("cannot give up root's privileges to test an unwritable folder");
  check(locked / "file", "Permission denied");
}

TEST_CASE("an atomic file on a full disk", "[checkpoint]") {
  const TempDir folder;
  const auto path = write_text(folder.path() / "file.bin", "old");
  {
    AtomicFile file(path);
    const FileSizeLimit limit(1000);
    const auto outcome = outcome_of([&] { file.write(std::string(5000, 'x')); });
    CHECK(outcome.code == 74);
    CHECK_THAT(outcome.message, ContainsSubstring("File too large"));
    CHECK(outcome_of([&] { file.commit(); }).code == 70);
  }
  CHECK(read_text(path) == "old");
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("an atomic file hands on the mode of the one it replaces", "[checkpoint]") {
  const TempDir folder;
  const auto path = write_text(folder.path() / "file.bin", "old");
  for (const mode_t mode : {0600U, 0640U, 0444U, 0777U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    AtomicFile file(path);
    file.write("new");
    file.commit();
    struct stat status;
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == mode);
  }
}

TEST_CASE("an atomic file appears in its folder, wherever that was moved", "[checkpoint]") {
  const TempDir folder;
  const auto old_place = folder.path() / "a";
  const auto new_place = folder.path() / "b";
  const Folder open = Folder::make(old_place);
  AtomicFile by_path(old_place / "one");
  std::filesystem::rename(old_place, new_place);
  std::filesystem::create_directory(old_place);
  by_path.write("1");
  by_path.commit();
  AtomicFile by_folder({open, "two"});
  by_folder.write("2");
  by_folder.commit();
  CHECK(std::filesystem::is_empty(old_place));
  CHECK(read_text(new_place / "one") == "1");
  CHECK(read_text(new_place / "two") == "2");
  CHECK(open.names() == std::vector<std::string>{"one", "two"});
  CHECK(std::filesystem::equivalent(open.present_path(), new_place));
}

TEST_CASE("a writer's temporary outlives a sweep, a dead one's does not", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "file.bin";
  write_text(folder.path() / ".file.bin.tmp-1", "of a process that is gone");
  write_text(folder.path() / ".other.bin.tmp-1", "for another file");
  AtomicFile file(path);
  remove_abandoned_temporaries(folder.path(), "file.bin");
  CHECK(Folder(folder.path()).names() ==
        std::vector<std::string>{file.temporary().filename().string(), ".other.bin.tmp-1"});
  file.write("whole");
  file.commit();
  CHECK(read_text(path) == "whole");
}

TEST_CASE("a device is written in place and not replaced", "[checkpoint]") {
  // Devices of this test's own: a mistake must not replace the machine's.
  const TempDir folder;
  const auto device = [&](const char* name, unsigned minor_number) {
    const auto path = folder.path() / name;
    return mknod(path.c_str(), S_IFCHR | 0600, makedev(1, minor_number)) == 0
               ? path
               : std::filesystem::path();
  };
  const auto full = device("full", 7);
  const auto null = device("null", 3);
  if (full.empty() || null.empty() || std::ofstream(null).fail()) {
    VGAN_SKIP("this user may not make device files");
  }
  {
    AtomicFile file(full);
    const auto outcome = outcome_of([&] { file.write("x"); });
    CHECK(outcome.code == 74);
    CHECK_THAT(outcome.message, ContainsSubstring("full"));
    CHECK_THAT(outcome.message, ContainsSubstring("No space left on device"));
  }
  CHECK(std::filesystem::is_character_file(full));
  AtomicFile file(null);
  file.write("x");
  file.commit();
  CHECK(std::filesystem::is_character_file(null));
}

TEST_CASE("the name of a temporary tells whose it is", "[checkpoint]") {
  CHECK(is_temporary_of(".a.bin.tmp-12", "a.bin"));
  CHECK_FALSE(is_temporary_of(".a.bin.tmp-", "a.bin"));
  CHECK_FALSE(is_temporary_of(".a.bin.tmp-12x", "a.bin"));
  CHECK_FALSE(is_temporary_of("a.bin.tmp-12", "a.bin"));
  CHECK_FALSE(is_temporary_of(".b.bin.tmp-12", "a.bin"));
}
