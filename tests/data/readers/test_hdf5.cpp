// HDF5: numbers and tables, from files of our own and of other projects, and what is refused.
#include "engine/data/readers/hdf5.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/writers/hdf5_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

#ifdef VGAN_HAVE_HDF5
#include "engine/data/readers/hdf5_handle.hpp"
#endif

namespace {

using namespace vgan::testing;
using vgan::Hdf5Writer;
using vgan::Table;
using vgan::Trials;
using vgan::ValueType;

Trials open(const std::filesystem::path& path, const std::string& dataset = "") {
  vgan::DataRequest request;
  request.data = path.string();
  request.dataset = dataset;
  return vgan::open_trials(request);
}

vgan::Error refusal(const std::filesystem::path& path, const std::string& dataset = "") {
  return error_of([&] { open(path, dataset); });
}

}  // namespace

#ifndef VGAN_HAVE_HDF5

TEST_CASE("HDF5 is named where the build has none", "[readers][hdf5]") {
  const TempDir folder;
  const auto file = write_file(folder.path() / "a.h5", "\x89HDF\r\n\x1a\n and so on");
  check_error(refusal(file), 65, {"an HDF5 file", "this build has no libhdf5", "numpy.save"});
  check_error(error_of([&] {
                Hdf5Writer(folder.path() / "b.h5", "x", ValueType::f32, {1, 1});
              }),
              78, {"hdf5", "libhdf5-dev"});
}

#else

namespace {

using vgan::Hdf5File;
using vgan::Hdf5Object;
using vgan::Hdf5Properties;
using vgan::Hdf5Space;
using vgan::Hdf5Type;

/// A file that is made by the library itself.
struct MadeFile {
  TempDir folder;
  std::filesystem::path path = folder.path() / "a.h5";
  Hdf5File file{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)};

  template <class Number>
  void put(const std::string& name, hid_t type, const std::vector<hsize_t>& shape,
           const std::vector<Number>& values, hid_t making = H5P_DEFAULT) const {
    const Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    const Hdf5Object dataset(
        H5Dcreate2(file.get(), name.c_str(), type, space.get(), H5P_DEFAULT, making, H5P_DEFAULT));
    REQUIRE(dataset);
    if (!values.empty()) {
      REQUIRE(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    }
  }
  void put_group(const std::string& name) const {
    Hdf5Object(H5Gcreate2(file.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  /// The file, closed.
  std::filesystem::path done() {
    file.reset();
    return path;
  }
};

Hdf5Properties chunked(const std::vector<hsize_t>& chunk) {
  Hdf5Properties making(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(making.get(), static_cast<int>(chunk.size()), chunk.data());
  return making;
}

std::vector<float> floats_of(const Trials& trials) {
  return std::get<std::vector<float>>(trials.values);
}

}  // namespace

TEST_CASE("HDF5 of every type is read as .npy of it is", "[readers][hdf5]") {
  const TempDir folder;
  for (const vgan::ValueTypeInfo& info : vgan::value_types) {
    INFO(info.name);
    std::string bytes(static_cast<std::size_t>(24 * info.bytes), '\0');
    Dice dice(5);
    for (char& byte : bytes) byte = static_cast<char>(dice.roll(256));
    // Small exponents, so that no number is NaN or beyond float32; booleans are 0 and 1.
    if (info.npy_kind == 'f') {
      for (std::size_t i = 0; i < bytes.size(); i += static_cast<std::size_t>(info.bytes)) {
        bytes[i + static_cast<std::size_t>(info.bytes) - 1] = 0x3c;
      }
    }
    if (info.type == ValueType::boolean) {
      for (char& byte : bytes) byte = static_cast<char>(byte & 1);
    }
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{6, 4}, {2, 3, 4}}) {
      vgan::NpyWriter npy(folder.path() / "a.npy", info.type, shape);
      npy.append_bytes(info.type, bytes.data(), bytes.size());
      npy.finish();
      Hdf5Writer hdf5(folder.path() / "a.h5", "x", info.type, shape);
      const std::size_t entry = bytes.size() / static_cast<std::size_t>(shape[0]);
      hdf5.append_bytes(info.type, bytes.data(), entry);
      hdf5.append_bytes(info.type, bytes.data() + entry, bytes.size() - entry);
      hdf5.finish();
      const Trials wanted = open(folder.path() / "a.npy");
      const Trials found = open(folder.path() / "a.h5");
      CHECK(found.fingerprint() == wanted.fingerprint());
      CHECK(found.value_type() == wanted.value_type());
      CHECK(found.shape.kind == wanted.shape.kind);
      CHECK(found.source == (folder.path() / "a.h5").string() + ", dataset x");
    }
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("Hdf5Writer leaves no file that is not whole", "[readers][hdf5]") {
  const TempDir folder;
  const auto path = folder.path() / "a.h5";
  {
    Hdf5Writer writer(path, "x", ValueType::u8, {2, 3});
    writer.append_bytes(ValueType::u8, "abc", 3);
    CHECK(error_of([&] { writer.append_bytes(ValueType::u8, "ab", 2); }).exit_code() == 70);
    CHECK(error_of([&] { writer.append_bytes(ValueType::i8, "abc", 3); }).exit_code() == 70);
    CHECK(error_of([&] { writer.append_bytes(ValueType::u8, "abcdef", 6); }).exit_code() == 70);
    CHECK(error_of([&] { writer.finish(); }).exit_code() == 70);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  check_error(error_of([&] {
                Hdf5Writer("/dev/null", "x", ValueType::u8, {1, 1});
              }),
              78, {"regular file"});
  check_error(error_of([&] {
                Hdf5Writer("/no/such/a.h5", "x", ValueType::u8, {1, 1});
              }),
              74, {"/no/such"});
}

TEST_CASE("HDF5 datasets are found by their paths", "[readers][hdf5]") {
  MadeFile made;
  made.put_group("runs");
  made.put("runs/x", H5T_IEEE_F32BE, {2, 3}, std::vector<float>{});
  made.put("y", H5T_NATIVE_FLOAT, {3, 2}, std::vector<float>{0, 1, 2, 3, 4, 5});
  H5Lcreate_soft("/y", made.file.get(), "soft", H5P_DEFAULT, H5P_DEFAULT);
  const auto path = made.done();
  check_error(refusal(path), 78, {"no name for", "one of runs/x (2, 3), y (3, 2)", "--dataset"});
  CHECK(floats_of(open(path, "y")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(floats_of(open(path, "/y")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(floats_of(open(path, "soft")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(open(path, "runs/x").shape.width == 3);
  check_error(refusal(path, "runs/xx"), 78, {"'runs/xx'", "did you mean 'runs/x'?"});
  check_error(refusal(path, "runs"), 65, {"columns of the shape (2, 3)", "one axis"});
  const auto npy = write_file(made.folder.path() / "a.npy",
                              npy_header("<f4", "(1, 2)") + raw_bytes<float>({0, 1}));
  check_error(refusal(npy, "x"), 78, {"dataset", "no HDF5 file"});
}

TEST_CASE("HDF5 records and groups of columns are tables", "[readers][hdf5]") {
  struct Record {
    double speed;
    std::int16_t count;
    float force;
  };
  const double nan = std::nan("");
  MadeFile made;
  const Hdf5Type type(H5Tcreate(H5T_COMPOUND, sizeof(Record)));
  H5Tinsert(type.get(), "speed", offsetof(Record, speed), H5T_NATIVE_DOUBLE);
  H5Tinsert(type.get(), "count", offsetof(Record, count), H5T_NATIVE_SHORT);
  H5Tinsert(type.get(), "force", offsetof(Record, force), H5T_NATIVE_FLOAT);
  made.put("table", type.get(), {3},
           std::vector<Record>{{10.5, 1, 0.1F}, {nan, 2, 0.25F}, {20, -3, 7}});
  made.put_group("group");
  made.put("group/speed", H5T_NATIVE_DOUBLE, {3}, std::vector<double>{10.5, nan, 20});
  made.put("group/count", H5T_NATIVE_INT, {3}, std::vector<int>{1, 2, -3});
  made.put("longer", H5T_NATIVE_INT, {4}, std::vector<int>{1, 2, 3, 4});
  const auto path = made.done();
  for (const char* dataset : {"table", "/group"}) {
    INFO(dataset);
    const auto read = vgan::read_hdf5(path, dataset);
    const Table& table = std::get<Table>(read);
    REQUIRE(table.rows == 3);
    const bool records = *dataset == 't';
    REQUIRE(table.columns.size() == (records ? 3 : 2));
    const vgan::TableColumn& speed = table.columns[records ? 0 : 1];  // groups are in order of name
    CHECK(speed.name == "speed");
    CHECK(speed.missing == 1);
    CHECK(speed.numbers[0] == 10.5);
    CHECK(std::isnan(speed.numbers[1]));
    CHECK(speed.style.most_decimals == 1);
    CHECK(speed.style.least_decimals == 0);
    const vgan::TableColumn& count = table.columns[records ? 1 : 0];
    CHECK(count.numbers == std::vector<double>{1, 2, -3});
    CHECK(count.style.most_decimals == 0);
    const Trials trials = open(path, dataset);
    CHECK(trials.count == 3);
    REQUIRE(trials.schema);
    if (records) {
      CHECK(table.columns[2].style.most_decimals == 2);  // 0.1 as float32 says it
    }
  }
  check_error(refusal(path, "longer"), 65, {"longer"});  // one axis is no trials, as in .npy
  check_error(refusal(path, "/"), 65, {"another thing than a dataset in the group: group"});
}

// What a checkpoint keeps of a style is bounded; a float is the decimal number that it is written
// as.
TEST_CASE("numbers of HDF5 tables are spelt as a text of them would be", "[readers][hdf5]") {
  struct Record {
    double small;
    float narrow;
  };
  MadeFile made;
  const Hdf5Type type(H5Tcreate(H5T_COMPOUND, sizeof(Record)));
  H5Tinsert(type.get(), "small", offsetof(Record, small), H5T_NATIVE_DOUBLE);
  H5Tinsert(type.get(), "narrow", offsetof(Record, narrow), H5T_NATIVE_FLOAT);
  made.put("table", type.get(), {2},
           std::vector<Record>{{0.0012345678901234567, 125.73023F}, {0.5, 0.1F}});
  const auto read = vgan::read_hdf5(made.done(), "table");
  const Table& table = std::get<Table>(read);
  CHECK(table.columns[0].style.exponents);
  CHECK(table.columns[0].style.most_decimals == 17);
  CHECK(table.columns[1].numbers == std::vector<double>{125.73023, 0.1});
  CHECK(table.columns[1].style.most_decimals == 5);
}

TEST_CASE("HDF5 that is no numbers, or elsewhere, is refused", "[readers][hdf5]") {
  MadeFile made;
  const Hdf5Type text(H5Tcopy(H5T_C_S1));
  H5Tset_size(text.get(), 4);
  made.put("text", text.get(), {1}, std::vector<char>(4, 'a'));
  made.put("bits", H5T_STD_B8LE, {2, 2}, std::vector<char>(4, 1));
  made.put("long", H5T_NATIVE_LDOUBLE, {1, 1}, std::vector<long double>{1});
  made.put("nan", H5T_NATIVE_FLOAT, {2, 2}, std::vector<float>{0, 1, std::nanf(""), 1});
  made.put("none", H5T_NATIVE_FLOAT, {2, 0}, std::vector<float>{});
  made.put("single", H5T_NATIVE_FLOAT, {}, std::vector<float>{1});
  made.put("vast", H5T_NATIVE_FLOAT, {1 << 20, 1 << 20}, std::vector<float>{},
           chunked({16, 16}).get());
  made.put("lumps", H5T_NATIVE_FLOAT, {1 << 14, 1 << 13}, std::vector<float>{},
           chunked({1 << 14, 1 << 13}).get());
  const Hdf5Properties outside(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_external(outside.get(), "/etc/passwd", 0, 16);
  made.put("outside", H5T_NATIVE_FLOAT, {2, 2}, std::vector<float>{}, outside.get());
  H5Lcreate_external("other.h5", "/x", made.file.get(), "link", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/link", made.file.get(), "hidden", H5P_DEFAULT, H5P_DEFAULT);
  const Hdf5Properties virtually(H5Pcreate(H5P_DATASET_CREATE));
  const hsize_t four[] = {2, 2};
  const Hdf5Space space(H5Screate_simple(2, four, nullptr));
  H5Pset_virtual(virtually.get(), space.get(), "other.h5", "/x", space.get());
  made.put("virtual", H5T_NATIVE_FLOAT, {2, 2}, std::vector<float>{}, virtually.get());
  const auto path = made.done();
  {  // What the links and the virtual dataset would find.
    MadeFile other;
    other.put("x", H5T_NATIVE_FLOAT, {2, 2}, std::vector<float>{0, 1, 2, 3});
    std::filesystem::copy_file(other.done(), made.folder.path() / "other.h5");
  }
  const auto check = [&](const char* dataset, const std::vector<std::string>& parts,
                         int exit_code = 65) {
    INFO(dataset);
    check_error(refusal(path, dataset), exit_code, parts);
  };
  check("text", {"dataset text", "found text", "astype('float64')"});
  check("bits", {"bit fields"});
  check("long", {"floating-point numbers of 16 bytes"});
  check("nan", {"NaN in row 1, column 0"});
  check("none", {"the shape (2, 0)"});
  check("single", {"a single number"});
  check("vast", {"the shape (1048576, 1048576)", "at most"});
  check("lumps", {"chunks of 536870912 bytes"});
  check("outside", {"data in another file"});
  check("virtual", {"data in another file"});
  check("link", {"a link to another file, at link"});
  check("hidden", {"hidden"}, 78);
  check("link/x", {"a link to another file"});
}

TEST_CASE("damaged HDF5 is refused in one line", "[readers][hdf5]") {
  MadeFile made;
  const Hdf5Properties packed = chunked({2, 3});
  H5Pset_deflate(packed.get(), 6);
  H5Pset_fletcher32(packed.get());
  made.put("x", H5T_NATIVE_INT, {4, 3}, std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
           packed.get());
  const std::string good = read_file(made.done());
  CHECK(open(made.path).count == 4);
  int refused = 0;
  for (std::size_t cut = 16; cut < good.size(); cut += 97) {
    write_file(made.path, good.substr(0, cut));
    const vgan::Error error = refusal(made.path);
    refused += error.exit_code() == 65 ? 1 : 0;
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  CHECK(refused > 10);
}

TEST_CASE("other projects' HDF5 files", "[readers][hdf5]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "readers/hdf5")) VGAN_SKIP("no shared data");
  const auto at = [&](const char* name) { return *shared / "readers/hdf5" / name; };
  int read = 0;
  for (const char* project : {"jhdf", "pyfive", "h5py", "purehdf"}) {
    for (const auto& entry : std::filesystem::directory_iterator(at(project))) {
      INFO(entry.path());
      try {
        open(entry.path()).require_consistent();
        ++read;
      } catch (const vgan::Error& error) {
        INFO(error.what());
        CHECK((error.exit_code() == 65 || error.exit_code() == 78));
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
  CHECK(read >= 1);
  check_error(refusal(at("h5py/vlen_string_dset.h5")), 65, {"text"});
  check_error(refusal(at("purehdf/blosc.h5"), "blosclz"), 65, {"packed by filter 32001"});
}

#endif  // VGAN_HAVE_HDF5
