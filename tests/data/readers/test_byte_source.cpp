#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/md5.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using vgan::ByteSource;
using namespace vgan::testing;

std::string read_all(const std::filesystem::path& path, std::size_t at_once) {
  ByteSource source(path, "cannot read");
  std::string content;
  std::string part(at_once, '\0');
  for (std::size_t got = at_once; got == at_once;) {
    got = source.read_some(part.data(), part.size());
    content.append(part, 0, got);
    if (source.offset() != content.size()) FAIL("offset " << source.offset());
  }
  return content;
}

vgan::Error open_error(const std::filesystem::path& path) {
  return error_of([&] { ByteSource source(path, "cannot read"); });
}

}  // namespace

TEST_CASE("ByteSource reads plain and gzip content alike, in any pieces", "[readers]") {
  const TempDir folder;
  for (const std::size_t size : {1u, 2u, 63u, 64u, 65u, 70000u, 300000u}) {
    const std::string content = counting_bytes(size);
    const auto plain = write_file(folder.path() / "plain.gz", content);  // the name says nothing
    const auto packed = write_file(folder.path() / "packed", gzip(content));
    const auto members =
        write_file(folder.path() / "members",
                   gzip(content.substr(0, size / 2)) + gzip("") + gzip(content.substr(size / 2)));
    for (const std::size_t at_once : {1u, 7u, 64u, 100000u}) {
      if (size > 70000 && at_once < 64) continue;
      CHECK(read_all(plain, at_once) == content);
      CHECK(read_all(packed, at_once) == content);
      CHECK(read_all(members, at_once) == content);
    }
    CHECK(ByteSource(packed, "cannot read").head() == content.substr(0, 64));
    CHECK(ByteSource(packed, "cannot read").packed());
    CHECK_FALSE(ByteSource(plain, "cannot read").packed());
    CHECK_FALSE(ByteSource(packed, "cannot read", vgan::Unpack::never).packed());
  }
}

TEST_CASE("ByteSource refuses what is not a regular file, without opening it", "[readers]") {
  const TempDir folder;
  check_error(open_error(folder.path() / "absent"), 74, {"absent", "No such file"});
  check_error(open_error(folder.path()), 74, {"found a folder", "allowed a regular file"});
  check_error(open_error(write_file(folder.path() / "file", "x") / "under"), 74,
              {"Not a directory"});
  REQUIRE(mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  check_error(open_error(folder.path() / "fifo"), 74, {"fifo", "found a FIFO"});
  std::filesystem::create_symlink(folder.path() / "fifo", folder.path() / "link");
  check_error(open_error(folder.path() / "link"), 74, {"found a FIFO"});
  check_error(open_error("/dev/zero"), 74, {"/dev/zero", "found a device"});
  check_error(open_error(""), 74, {"No such file"});
  check_error(open_error(std::string(5000, 'x')), 74, {"too long"});
  check_error(open_error("line\nbreak"), 74, {"line\\x0abreak"});

  const int socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder.path() / "socket").string();
  name.copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(bind(socket_file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  check_error(open_error(name), 74, {"found a socket"});
  close(socket_file);
}

TEST_CASE("ByteSource names a missing permission", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "secret", "x");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // root may read everything, so the check runs as nobody
    int status = 1;
    if (geteuid() != 0 || setuid(65534) == 0) {
      try {
        const ByteSource source(path, "cannot read");
      } catch (const vgan::Error& error) {
        const bool named = std::string(error.what()).find("Permission denied") != std::string::npos;
        status = named ? error.exit_code() : 2;
      }
    }
    _exit(status);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 74);
}

TEST_CASE("ByteSource refuses empty and broken content", "[readers]") {
  const TempDir folder;
  const auto file = folder.path() / "data.gz";
  const std::string content = counting_bytes(200000);
  const std::string packed = gzip(content);
  const auto read_error = [&](const std::string& bytes) {
    write_file(file, bytes);
    return error_of([&] { read_all(file, 1000); });
  };
  check_error(read_error(""), 65, {"byte 0", "an empty file"});
  check_error(read_error(gzip("")), 65, {"unpacked byte 0", "the content is empty"});
  for (const std::size_t kept : {2u, 9u, 20u, 500u}) {
    check_error(read_error(packed.substr(0, kept)), 65,
                {"byte " + std::to_string(kept), "inside a gzip stream", "truncated"});
  }
  check_error(read_error(packed.substr(0, packed.size() - 1)), 65,
              {"byte " + std::to_string(packed.size() - 1), "after 200000 bytes unpacked"});
  std::string bad_sum = packed;
  bad_sum[bad_sum.size() - 6] ^= 1;
  check_error(read_error(bad_sum), 65, {"a broken gzip stream (incorrect data check)"});
  std::string bad_length = packed;
  bad_length[bad_length.size() - 1] ^= 1;
  check_error(read_error(bad_length), 65, {"a broken gzip stream (incorrect length check)"});
  check_error(read_error(packed + "tail"), 65,
              {"byte " + std::to_string(packed.size()), "found 4 bytes after the gzip stream"});
  check_error(read_error(packed + "\x1f\x8b"), 65, {"inside a gzip stream"});
  const std::string padding(200000, '\0');
  check_error(read_error(packed + padding + "tail"), 65,
              {"byte " + std::to_string(packed.size() + padding.size()), "found 4 bytes after"});
  for (const std::string& padded : {packed + '\0', packed + padding, packed + padding + packed}) {
    const std::string whole = read_all(write_file(file, padded), 1000);
    CHECK(whole == (padded.size() > padding.size() + packed.size() ? content + content : content));
  }
}

TEST_CASE("ByteSource weighs a promise before any memory is taken", "[readers]") {
  const TempDir folder;
  const auto plain = write_file(folder.path() / "plain", counting_bytes(100));
  const auto packed = write_file(folder.path() / "packed", gzip(std::string(100000, '\0')));
  const auto promise = [](const std::filesystem::path& path, std::uint64_t bytes,
                          std::uint64_t memory) {
    return error_of([&] { ByteSource(path, "cannot read").expect_data(bytes, memory, "much"); });
  };
  ByteSource(plain, "cannot read").expect_data(100, 100, "just this");
  check_error(promise(plain, 101, 101), 65, {"byte 100", "announces much", "then 100 bytes"});
  check_error(promise(plain, 99, 99), 65, {"byte 99", "then 1 byte after it"});
  check_error(promise(plain, UINT64_MAX, 0), 65, {"byte 100"});
  check_error(promise(plain, 100, UINT64_MAX / 2), 65, {"in memory", "this machine's"});
  const std::uint64_t most = 1032 * std::filesystem::file_size(packed);
  ByteSource(packed, "cannot read").expect_data(most, most, "all that gzip can do");
  check_error(promise(packed, most + 1, most), 65,
              {"announces much", "at most " + std::to_string(most) + " bytes from"});
}

TEST_CASE("ByteSource converts and demands the end", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "doubles", raw_bytes<double>({1.5, -2.0, 3e10}));
  ByteSource source(path, "cannot read");
  CHECK(source.read_converted<double, float>(3, [](double x) { return static_cast<float>(x); }) ==
        std::vector<float>{1.5F, -2.0F, 3e10F});
  source.expect_end();
  ByteSource longer(path, "cannot read");
  longer.read_values<double>(2);
  check_error(error_of([&] { longer.expect_end(); }), 65, {"byte 16", "trailing bytes"});
  ByteSource shorter(path, "cannot read");
  check_error(error_of([&] { shorter.read_values<double>(4); }), 65,
              {"byte 24", "the end inside the data", "at least 32 bytes"});
}

TEST_CASE("guess_content knows the usual wrong files", "[readers]") {
  const auto found = [](const std::string& head) { return vgan::guess_content(head).found; };
  CHECK(found("\xef\xbb\xbf \n<!DOCTYPE HTML><html>") == "an HTML page");
  CHECK(found("<HTML>") == "an HTML page");
  CHECK(found("<?xml version") == "an XML document");
  CHECK(found("version https://git-lfs.example/spec/v1") == "a git-LFS pointer");
  CHECK(found("PK\x03\x04...") == "a zip archive (.npz or .zip)");
  CHECK(found("\x89PNG\r\n\x1a\n") == "one PNG picture");
  CHECK(found("\x1f\x8b\x08") == "gzip data");
  CHECK(found(std::string("\x00\x01", 2)) == "bytes 00 01");
  CHECK(found("") == "bytes");
}

TEST_CASE("md5_of_file agrees with RFC 1321's test suite", "[readers]") {
  const TempDir folder;
  const auto md5 = [&](const std::string& bytes) {
    return vgan::md5_of_file(write_file(folder.path() / "md5", bytes), "cannot verify");
  };
  CHECK(md5("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
        "d174ab98d277d9f5a5611c2c9f419d9f");
  CHECK(md5("1234567890123456789012345678901234567890123456789012345678901234567890123456789"
            "0") == "57edf4a22be3c955ac49da2e2107b67a");
  // Lengths around the block, the padding and the read buffer; from coreutils' md5sum.
  CHECK(md5(std::string(55, 'x')) == "04364420e25c512fd958a70738aa8f72");
  CHECK(md5(std::string(56, 'x')) == "668a72d5ba17f08e62dabcafad6db14b");
  CHECK(md5(std::string(64, 'x')) == "c1bb4f81d892b2d57947682aeb252456");
  CHECK(md5(std::string(65536, 'x')) == "598bf98d5c865461aef3eaa8d95a0fd9");
  CHECK(md5(std::string(65600, 'x')) == "7303bd0b1a0f72ef65f1905827d0bf28");
}
