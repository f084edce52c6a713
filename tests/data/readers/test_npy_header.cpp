#include "engine/data/readers/npy_header.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

vgan::NpyHeader read(const TempDir& folder, const std::string& bytes) {
  vgan::ByteSource source(write_file(folder.path() / "a.npy", bytes), "cannot read");
  return vgan::read_npy_header(source);
}

vgan::Error error(const TempDir& folder, const std::string& bytes) {
  return error_of([&] { read(folder, bytes); });
}

}  // namespace

TEST_CASE("npy headers as NumPy and others write them", "[readers]") {
  const TempDir folder;
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }  \n";
  const vgan::NpyHeader header = read(folder, npy_header(dict));
  CHECK(header.descr == "<f4");
  CHECK(header.order == '<');
  CHECK(header.kind == 'f');
  CHECK(header.item_bytes == 4);
  CHECK_FALSE(header.fortran_order);
  CHECK(header.shape == std::vector<std::int64_t>{3, 2});
  CHECK(header.shape_text() == "(3, 2)");
  CHECK(read(folder, npy_header("{\"shape\":(7,),\"fortran_order\":True,\"descr\":\"|u1\"}"))
            .shape_text() == "(7,)");
  CHECK(read(folder, npy_header("|u1", "()")).shape_text() == "()");
  std::string second = npy_header(dict);  // version 2.0: the length has 32 bits
  second[6] = 2;
  second.insert(10, 2, '\0');
  CHECK(read(folder, second).item_bytes == 4);
  second[6] = 3;
  CHECK(read(folder, second).item_bytes == 4);
}

TEST_CASE("npy headers that are broken", "[readers]") {
  const TempDir folder;
  const std::string magic = npy_header("").substr(0, 8);
  check_error(error(folder, "not an array"), 65,
              {"byte 0: found text", "numpy.genfromtxt(FILE, skip_header=1)"});
  check_error(error(folder, magic.substr(0, 6)), 65, {"byte 6", "the .npy magic"});
  check_error(error(folder, magic), 65, {"byte 8", "the end inside the .npy header"});
  check_error(error(folder, magic + "\xff\xff{'descr'"), 65,
              {"byte 18", "the end inside the .npy header", "at least 65545 bytes"});
  std::string version = npy_header("{}");
  version[6] = 9;
  check_error(error(folder, version), 65, {"byte 6: found .npy version 9.0"});
  std::string huge = magic + "\xff\xff\xff\xff{";
  huge[6] = 2;
  check_error(error(folder, huge), 65, {"byte 8: found a header of 4294967295 bytes", "65535"});

  const auto dict_error = [&](const std::string& dict) { return error(folder, npy_header(dict)); };
  check_error(dict_error("{}"), 65, {"no key 'descr'"});
  check_error(dict_error("{'descr': '<f4', 'shape': (1,)}"), 65, {"no key 'fortran_order'"});
  check_error(dict_error("{'descr': '<f4', 'fortran_order': False}"), 65, {"no key 'shape'"});
  check_error(dict_error("{'descr': '<f4', 'descr': '<f4'}"), 65, {"byte 27", "the key 'descr'"});
  check_error(dict_error("{'\xff\x1b[2J': 1}"), 65, {"found the key '??[2J'"});
  check_error(dict_error("{'colour': 'red'}"), 65, {"byte 11: found the key 'colour'"});
  check_error(dict_error("['descr']"), 65, {"byte 10: found '['descr']'", "allowed '{'"});
  check_error(dict_error("{'descr: 1}"), 65, {"a quote that never closes"});
  check_error(dict_error("{descr: 1}"), 65, {"a key in quotes"});
  check_error(dict_error("{'fortran_order': 1}"), 65, {"True or False"});
  check_error(dict_error("{'shape': 3}"), 65, {"allowed '('"});
  check_error(dict_error("{'shape': (3"), 65, {"the end of the header"});
  check_error(dict_error("{'shape': (-3,)}"), 65, {"'-3,)}'", "a size of 0 or more"});
  check_error(dict_error("{'shape': (1.5,)}"), 65, {"'.5,)}'"});
  check_error(dict_error("{'shape': (__import__('os').system('true'),)}"), 65,
              {"'__import__('", "a size of 0 or more"});
  check_error(dict_error("{'shape': (99999999999999999999,)}"), 65, {"a size beyond 2^63"});
  std::string many = "{'shape': (";
  for (int i = 0; i < 33; ++i) many += "1,";
  check_error(dict_error(many + ")}"), 65, {"more dimensions", "at most 32"});
  for (const char* descr : {"", "<", "f", "<f4x", "<f-4", "<f99999999", "4", "44",
                            "<\xff"
                            "4"}) {
    check_error(dict_error(std::string("{'descr': '") + descr + "'}"), 65, {"the dtype '"});
  }
  check_error(dict_error("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} more"), 65,
              {"text after the header's dictionary"});
}
