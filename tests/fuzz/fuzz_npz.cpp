// Any bytes as an .npz file: each array that its directory names is read or refused in one line.
#include <cstdint>
#include <memory>
#include <string>

#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/zip_archive.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using vgan::testing::attempt;
using vgan::testing::fail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vgan::testing::MemoryFile file;
  file.put(data, size);
  attempt([] { vgan::read_npz_trials(file.path(), ""); });
  attempt([] {
    const vgan::ZipArchive archive(std::make_shared<const vgan::RawFile>(file.path(), "cannot"));
    for (const vgan::ZipEntry& entry : archive.entries()) {
      attempt([&] {
        vgan::ByteSource source = archive.open(entry, "a part");
        std::string chunk(4096, '\0');
        std::uint64_t total = 0;
        while (const std::size_t got = source.read_some(chunk.data(), chunk.size())) total += got;
        if (total != entry.bytes) fail("another size than the directory says");
      });
      attempt([&] { vgan::read_npz_trials(file.path(), entry.name).require_consistent(); });
    }
  });
  return 0;
}
