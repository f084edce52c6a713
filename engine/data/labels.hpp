// Classes of trials: whole numbers, or names that get numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

struct Labels {
  std::vector<std::int32_t> classes;  ///< one for each trial, 0 to 2^31 - 1
  std::vector<std::string> names;     ///< of class 0, 1, ... where labels were words; or empty
  std::vector<std::string> notes;     ///< what was done in reading that the user should know
};

/// Reads labels from an IDX or .npy file, from an array of an .npz file (see npz_part), or from a
/// text file of one label a line, told apart by content. Words are names: classes are numbered in
/// the order of their bytes. Words that are whole numbers, every one, are those numbers. Throws io
/// where the system refuses, bad_data for what is no label, with its row.
Labels read_labels(const std::filesystem::path& path);

/// .npy: one dimension, or one column, of whole numbers of any type, floats and booleans included,
/// or of text. Throws as read_labels.
Labels read_npy_labels(const std::filesystem::path& path);

/// Text: UTF-8, one label a line, in quotation marks or not. Throws as read_labels.
Labels read_text_labels(const std::filesystem::path& path);

/// How a file stores numbers that are labels: rows x columns of them, the first of each row being
/// the label.
struct StoredLabels {
  ValueType type = ValueType::u8;
  bool swapped = false;  ///< the file has the other byte order than this machine
  std::int64_t rows = 0, columns = 1;
  std::string promise;  ///< what the header announces, for messages
};

/// Reads them to the end of the file. Throws bad_data.
Labels read_stored_labels(ByteSource& source, const StoredLabels& stored);

}  // namespace vgan
