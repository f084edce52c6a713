// From what a user names to trials in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/data/dialect.hpp"
#include "engine/data/schema_wish.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// What `labels` says where there shall be none.
inline constexpr const char* no_labels = "none";

struct DataRequest {
  /// Empty: MNIST from `mnist_folder` where it lies there with the right checksums, else the
  /// built-in digits. "digits": the built-in digits. "ring8", "grid25": see mixtures.hpp.
  /// "wind-tunnel": see wind_tunnel.hpp.
  /// "stacked-digits": stack_digits of what the empty name stands for; "stacked:DATA": of DATA, a
  /// path or "digits". Else a path: an IDX, .npy, .npz or HDF5 file or a table as text, Parquet or
  /// Arrow, plain, or where it is IDX, .npy or text gzip or zstd, told apart by content, or a
  /// folder that holds train-images-idx3-ubyte[.gz] or .png files, see png_folder.hpp. "-": such a
  /// file from standard input. Several files of one table, with commas between or by a pattern: see
  /// data_files.hpp.
  std::string data;
  /// Empty: the labels beside the images where there are some ("images" in the name replaced by
  /// "labels"). `no_labels`: none. Else the path of an IDX, .npy or text file of labels,
  /// or FILE:ARRAY of an .npz file.
  std::string labels;
  /// Empty: none. Else the path of a .npy file, or FILE:ARRAY of an .npz file, of one row of
  /// numbers for each image.
  std::string conditions;
  std::string array;       ///< of an .npz file: which array; empty: the one that there is
  std::string dataset;     ///< of an HDF5 file: the path of a dataset or group; empty: likewise
  std::uint64_t seed = 0;  ///< of the built-in data, and of rows that are drawn from a large table
  /// Bytes that the rows of a table as text may take, see RowLimit; 0: half of the machine's
  /// memory.
  std::uint64_t row_bytes = 0;
  ShapeWish shape = {};      ///< what trials are where the data do not say it
  DialectWish dialect = {};  ///< how a table is written
  SchemaWish schema = {};    ///< what its columns are
  std::filesystem::path mnist_folder = "data/mnist";
  int threads = 0;  ///< for drawing the built-in digits; 0: one for each hardware thread
};

/// Throws Error: io where the system refuses; bad_data for broken content, a wrong checksum in
/// `mnist_folder`, or a number of labels or conditions that is not the number of trials; bad_config
/// for labels without images of one's own, for a shape that the data have not, and for a dialect,
/// an array or a dataset of data that have none.
Trials open_trials(const DataRequest& request);

/// Whether open_trials would open rows of a table, by the names and the first bytes of files;
/// nothing where these do not say it: of HDF5, of standard input, which stays unread, and of what
/// cannot be read.
std::optional<bool> names_table(const DataRequest& request);

/// `data` as a name that means the same from any folder and at any time: `trials` were opened by
/// it. Paths become absolute, patterns the files that they match; what an empty name stood for is
/// named; standard input stays "-".
std::string lasting_data_name(const std::string& data, const Trials& trials);

}  // namespace vgan
