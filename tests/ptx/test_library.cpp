// The fixture, its hash, and how kernels are found.
#include <fstream>

#include "tests/ptx/test_fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace ptx::testing {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string refusal(const auto& body) {
  try {
    body();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("ptx: names of kernels are those of g++", "[ptx]") {
  CHECK(common_name("_ZN4vgan4cuda39_GLOBAL__N__1970cb20_7_adam_cu_cb578a7c11adam_kernelEb") ==
        "_ZN4vgan4cuda12_GLOBAL__N_111adam_kernelEb");
  CHECK(common_name("_Z3fooILN1a39_GLOBAL__N__1970cb20_7_adam_cu_cb578a7c3barEEv") ==
        "_Z3fooILN1a12_GLOBAL__N_13barEEv");
  CHECK(common_name("_Z3foov") == "_Z3foov");
}

TEST_CASE("ptx: a fixture gives back what was packed, compacted", "[ptx]") {
  const vgan::testing::TempDir folder;
  const std::string text = module_of("\t// a remark\n\tadd.s32 \t%r1, %r2, %r3;\n/* two\nlines */");
  const fs::path file = folder.path() / "fixture.gz";
  write_fixture(file, {"0123", "nvcc 13.0", {{"a", compacted(text)}, {"b", ""}}});
  const Fixture got = read_fixture(file);
  CHECK(got.sources == "0123");
  CHECK(got.compiler == "nvcc 13.0");
  CHECK(got.files.size() == 2);
  CHECK(got.files.at("a").find("remark") == std::string::npos);
  CHECK_THAT(got.files.at("a"), ContainsSubstring("\nadd.s32 %r1, %r2, %r3;\n"));
  CHECK(Library(got.files).kernel("planted").code.size() == 5);
}

TEST_CASE("ptx: a fixture that is damaged or absent is refused", "[ptx]") {
  const vgan::testing::TempDir folder;
  const fs::path file = folder.path() / "fixture.gz";
  CHECK_THAT(refusal([&] { read_fixture(file); }), ContainsSubstring("cannot be read"));
  write(file, "something else\n");
  CHECK_THAT(refusal([&] { read_fixture(file); }), ContainsSubstring("begins with"));
  write_fixture(file, {"0123", "nvcc 13.0", {{"a", std::string(5000, 'x')}}});
  fs::resize_file(file, fs::file_size(file) - 9);
  CHECK(!refusal([&] { read_fixture(file); }).empty());
}

TEST_CASE("ptx: the hash of sources sees what is compiled, and nothing else", "[ptx]") {
  const vgan::testing::TempDir folder;
  const fs::path root = folder.path();
  const fs::path source = root / "kernels/cuda/a.cu";
  write(root / "kernels/b.hpp", "int b = 1;\n");
  write(root / "kernels/unused.hpp", "int c = 1;\n");
  write(source, "#include \"kernels/b.hpp\"\n__global__ void kernel() {}\n");
  const std::string first = sources_hash(root, {source});
  write(root / "kernels/unused.hpp", "int c = 2;\n");
  write(source, "#include \"kernels/b.hpp\"\n// A remark.\n__global__  void kernel() {}\n");
  CHECK(sources_hash(root, {source}) == first);
  write(root / "kernels/b.hpp", "int b = 2;\n");
  CHECK(sources_hash(root, {source}) != first);
}

TEST_CASE("ptx: kernels of one name, and kernels that are not there, are refused", "[ptx]") {
  const std::string text = module_of("");
  CHECK_THAT(refusal([&] {
               Library({{"a", text}, {"b", text}});
             }),
             ContainsSubstring("planted is in a and in b"));
  Library one({{"a", text}});
  CHECK_THAT(refusal([&] { one.kernel("other"); }), ContainsSubstring("no PTX of it among 1"));
  CHECK(one.names() == std::vector<std::string>{"planted"});
}

}  // namespace
}  // namespace ptx::testing
