// vgan_ptx: packs the kernels' PTX for machines without nvcc, and says whether that is up to date.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/ptx/library.hpp"
#include "tests/simt/symbols.hpp"

namespace {

using namespace ptx;

constexpr const char* usage =
    "usage: vgan_ptx pack FIXTURE ROOT FOLDER ARCHITECTURE COMPILER\n"
    "       vgan_ptx check FIXTURE ROOT        whether it was made from the sources of ROOT\n"
    "       vgan_ptx unpack FIXTURE FOLDER ARCHITECTURE\n"
    "       vgan_ptx kernels FIXTURE fixture | FOLDER\n";

int pack(const std::vector<std::string>& words) {
  Fixture fixture{sources_hash(words[2], kernel_sources(words[2])), words[5],
                  read_folder(words[3], words[4])};
  for (auto& [name, text] : fixture.files) text = compacted(text);
  write_fixture(words[1], fixture);
  return 0;
}

int check(const std::vector<std::string>& words) {
  const std::string now = sources_hash(words[2], kernel_sources(words[2]));
  const Fixture fixture = read_fixture(words[1]);
  if (fixture.sources == now) return 0;
  std::cout << words[1]
            << " was made from other kernels than those that are here, which have changed"
            << " since: with nvcc, `bash tests/ptx/update.sh` makes it anew\n";
  return 1;
}

int unpack(const std::vector<std::string>& words) {
  for (const auto& [name, text] : read_fixture(words[1]).files) {
    const std::string file = words[2] + "/" + name + "." + words[3] + ".ptx";
    std::FILE* out = std::fopen(file.c_str(), "wb");
    if (out == nullptr || std::fwrite(text.data(), 1, text.size(), out) != text.size() ||
        std::fclose(out) != 0)
      throw std::runtime_error(file + ": cannot be written");
  }
  return 0;
}

int kernels(const std::vector<std::string>& words) {
  const Files files =
      words.size() == 3 ? read_fixture(words[1]).files : read_folder(words[1], "90a");
  for (const std::string& name : Library(files).names())
    std::cout << simt::readable_function(name) << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 6 && words[0] == "pack") return pack(words);
    if (words.size() == 3 && words[0] == "check") return check(words);
    if (words.size() == 4 && words[0] == "unpack") return unpack(words);
    if ((words.size() == 2 || words.size() == 3) && words[0] == "kernels") return kernels(words);
  } catch (const std::exception& error) {
    std::cerr << "vgan_ptx: " << error.what() << '\n';
    return 1;
  }
  std::cerr << usage;
  return 2;
}
