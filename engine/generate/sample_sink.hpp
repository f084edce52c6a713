// Where samples go: a .npy, .npz, HDF5, .csv, Parquet, .idx or raw file, a picture, standard
// output.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/data/value_type.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/row_settings.hpp"
#include "engine/models/generator_model.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Takes whole samples in order, any number at a time: the network's floats, pixels, or values in
/// the data's own units.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  SampleSink() = default;
  SampleSink(const SampleSink&) = delete;
  SampleSink& operator=(const SampleSink&) = delete;

  /// A block as Sampler hands it out, of f32 or u8.
  void take_block(ConstMatrixRef block);
  virtual void take(std::span<const float> values) = 0;
  virtual void take(std::span<const std::uint8_t> pixels) = 0;
  virtual void take(std::span<const double> values) = 0;
  /// What was taken is in its place, whole, once this returns. Before, no file is there; standard
  /// output, pipes and devices have each block at once.
  virtual void finish() = 0;
  /// How many columns the table has that is written; 0: no table is.
  virtual std::int64_t columns() const { return 0; }
};

/// The sink for `request.out`. `format` is any but automatic; `type` is that of the file's
/// numbers, which a picture does not have. `settings`: those that the samples are drawn at; a table
/// as text has them before its own columns where the model has no columns for them. `model` must
/// outlive it. Throws Error io where the file cannot be made, bad_config for a type or shape that
/// the format does not hold.
std::unique_ptr<SampleSink> make_sample_sink(const GenerateRequest& request, SampleFormat format,
                                             ValueType type, const GeneratorModel& model,
                                             RowSettings settings);

/// Hands the samples to `request.take`. Both must outlive it.
std::unique_ptr<SampleSink> make_value_sink(const GenerateRequest& request,
                                            const GeneratorModel& model);

/// Whether a picture of such samples is drawn from bytes, as images are. Plots want the numbers
/// themselves.
bool picture_takes_u8(const TrialShape& shape);

}  // namespace vgan
