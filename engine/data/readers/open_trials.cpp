#include "engine/data/readers/open_trials.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/builtin/built_in_trials.hpp"
#include "engine/data/builtin/mixtures.hpp"
#include "engine/data/labels.hpp"
#include "engine/data/readers/data_files.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/md5.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/readers/png_folder.hpp"
#include "engine/files/standard_input.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr const char* what = "cannot read data";
const std::string stacked_prefix = "stacked:";

// Whether something has this name; if it cannot be reached, opening it will say why.
bool present(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// A path that cannot be looked at is none: opening it will say why.
bool is_folder(const fs::path& path) {
  std::error_code unreachable;
  return fs::is_directory(path, unreachable);
}

std::optional<fs::path> first_present(const fs::path& folder,
                                      std::initializer_list<std::string> names) {
  for (const std::string& name : names) {
    if (present(folder / name)) return folder / name;
  }
  return std::nullopt;
}

bool replace_last(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.rfind(from);
  if (at == std::string::npos) return false;
  text.replace(at, from.size(), to);
  return true;
}

// train-images-idx3-ubyte.gz -> train-labels-idx1-ubyte.gz, or the same without .gz, and so on.
std::optional<fs::path> labels_beside(const fs::path& images) {
  std::string name = images.filename().string();
  if (!replace_last(name, "images", "labels")) return std::nullopt;
  if (!replace_last(name, "idx3", "idx1")) replace_last(name, "idx4", "idx1");
  const bool gz = name.size() > 3 && name.compare(name.size() - 3, 3, ".gz") == 0;
  const std::string other = gz ? name.substr(0, name.size() - 3) : name + ".gz";
  return first_present(images.parent_path(), {name, other});
}

// The IDX file of the images; nothing where there is none.
std::optional<fs::path> idx_in(const fs::path& folder) {
  return first_present(folder, {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
                                "train-images.idx3-ubyte", "train-images.idx3-ubyte.gz"});
}

Trials read_pictures(const fs::path& folder, const ShapeWish& wish) {
  if (auto trials = read_png_folder(folder)) {
    shape_trials(*trials, wish);
    return *std::move(trials);
  }
  throw Error(ErrorCode::io,
              {what, folder.string(), "a folder without images",
               "train-images-idx3-ubyte[.gz], train-images.idx3-ubyte[.gz] or .png files in it, or "
               "in its subfolders",
               "name the file itself"});
}

// Where there is one label more than images, the first may be the heading of a table.
std::string labels_remedy(std::int64_t labels, std::int64_t trials, const fs::path& path) {
  const std::string other = "name the right file with --labels, or --labels none";
  if (labels != trials + 1 || path.extension() == ".npy") return other;
  return "if the first line is a heading, tail -n +2 FILE > labels.txt leaves it out; else " +
         other;
}

void add_labels(Trials& trials, const fs::path& path) {
  Labels labels = read_labels(path);
  const auto count = static_cast<std::int64_t>(labels.classes.size());
  if (count != trials.count) {
    throw Error(ErrorCode::bad_data,
                {"labels do not match the images", path.string() + " against " + trials.source,
                 counted(count, "label"), std::to_string(trials.count),
                 labels_remedy(count, trials.count, path)});
  }
  trials.labels = std::move(labels.classes);
  trials.class_names = std::move(labels.names);
  trials.notes.insert(trials.notes.end(), labels.notes.begin(), labels.notes.end());
}

void add_conditions(Trials& trials, const fs::path& path) {
  Conditions conditions = read_conditions(path);
  const std::int64_t count = conditions.count();
  if (count != trials.count) {
    throw Error(ErrorCode::bad_data,
                {"conditions do not match the images", path.string() + " against " + trials.source,
                 counted(count, "condition"), std::to_string(trials.count),
                 "name the right file with --conditions"});
  }
  trials.conditions = std::move(conditions.values);
  trials.condition_size = conditions.size;
}

Trials open_path(const DataRequest& request) {
  const std::vector<std::string> files = data_files(request.data);
  const bool several = files.size() > 1;
  fs::path path = files.front();
  const bool folder = !several && is_folder(path);
  const auto idx = folder ? idx_in(path) : std::nullopt;
  if (idx) path = *idx;
  Trials trials = several          ? read_table_files(files, request)
                  : folder && !idx ? read_pictures(path, request.shape)
                                   : read_data_file(path, request);
  if (request.labels == no_labels) return trials;
  if (!request.labels.empty()) {
    add_labels(trials, request.labels);
  } else if (several || (folder && !idx)) {
    return trials;  // with the names of subfolders, where there are some
  } else if (const auto beside = labels_beside(path)) {
    add_labels(trials, *beside);
  }
  return trials;
}

// MD5 of MNIST's training files, gzip as published and unpacked.
struct MnistFile {
  const char* images;
  const char* images_md5;
  const char* labels;
  const char* labels_md5;
};

constexpr std::array<MnistFile, 2> mnist_files = {{
    {"train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", "train-labels-idx1-ubyte.gz",
     "d53e105ee54ea40749a09fcbcd1e9432"},
    {"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", "train-labels-idx1-ubyte",
     "a25bea736e30d166cdddb491f175f624"},
}};

void verify(const fs::path& path, const char* md5) {
  if (!present(path)) {
    throw Error(ErrorCode::io, {"cannot verify MNIST", path.string(), "no such file",
                                "images and labels together", "run data/get_mnist.sh again"});
  }
  const std::string found = md5_of_file(path, "cannot verify MNIST");
  if (found == md5) return;
  throw Error(ErrorCode::bad_data,
              {"cannot verify MNIST", path.string(), "md5 " + found, std::string("md5 ") + md5,
               "run data/get_mnist.sh again, or use --data digits, or --data with this folder to "
               "take it as it is"});
}

Trials open_default(const DataRequest& request) {
  for (const MnistFile& names : mnist_files) {
    const fs::path images_path = request.mnist_folder / names.images;
    const fs::path labels_path = request.mnist_folder / names.labels;
    if (!present(images_path)) continue;
    verify(images_path, names.images_md5);
    verify(labels_path, names.labels_md5);
    Trials trials = read_idx_trials(images_path);
    add_labels(trials, labels_path);
    return trials;
  }
  return make_built_in("digits", request.seed, {}, request.threads);
}

// What "stacked:DATA" and "stacked-digits" stack; nothing for another name.
std::optional<std::string> stacked_name(const std::string& data) {
  if (data == "stacked-digits") return "";
  if (data.starts_with(stacked_prefix)) return data.substr(stacked_prefix.size());
  return std::nullopt;
}

// Whether it is the path of files whose labels may be named too.
bool is_own(const std::string& data) {
  if (const auto stacked = stacked_name(data)) return is_own(*stacked);
  return !data.empty() && !is_built_in(data);
}

Trials open_data(const DataRequest& request) {
  if (const auto stacked = stacked_name(request.data)) {
    DataRequest digits = request;
    digits.data = *stacked;
    digits.shape.curves = false;
    digits.shape.expected.reset();                           // of the stacks
    if (request.labels == no_labels) digits.labels.clear();  // what is stacked needs them
    return stack_digits(open_data(digits), request.seed);
  }
  if (!is_own(request.data) || is_folder(request.data)) {
    const std::string source = request.data.empty() ? "MNIST or digits" : request.data;
    require_no_file_settings(request, source, is_built_in_table(request.data));
  }
  if (request.data.empty()) return open_default(request);
  if (is_built_in(request.data)) {
    return make_built_in(request.data, request.seed, request.schema, request.threads);
  }
  return open_path(request);
}

std::string absolute_path(const std::string& path) {
  if (path == standard_input_word) return path;
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

}  // namespace

Trials open_trials(const DataRequest& request) {
  const bool own = is_own(request.data);
  if (!own && !request.labels.empty() && request.labels != no_labels) {
    throw Error(ErrorCode::bad_config,
                {"cannot use labels", "labels", request.labels,
                 "labels for images named with --data", "MNIST and the built-in data have theirs"});
  }
  Trials trials = open_data(request);
  if (!own) shape_trials(trials, request.shape);
  if (request.labels == no_labels) {
    trials.labels.clear();
    trials.class_names.clear();
  }
  if (!request.conditions.empty()) add_conditions(trials, request.conditions);
  return trials;
}

std::optional<bool> names_table(const DataRequest& request) {
  if (!is_own(request.data)) return is_built_in_table(request.data);
  if (stacked_name(request.data)) return false;
  if (request.data == standard_input_word) return std::nullopt;
  try {
    const std::vector<std::string> files = data_files(request.data);
    if (files.size() > 1) return true;
    if (is_folder(files.front())) return false;
    return is_table_file(files.front(), request);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string lasting_data_name(const std::string& data, const Trials& trials) {
  if (stacked_name(data)) {
    const std::string digits = stacked_name(trials.source).value_or("");
    return stacked_prefix + (is_own(digits) ? absolute_path(digits) : digits);
  }
  if (!data.empty() && !is_own(data)) return data;
  if (!data.empty()) {
    std::vector<std::string> files = data_files(data);
    std::transform(files.begin(), files.end(), files.begin(), absolute_path);
    return join_data_names(files);
  }
  return trials.source == "built-in digits" ? "digits" : absolute_path(trials.source);
}

}  // namespace vgan
