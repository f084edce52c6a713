// What a request for samples asks to be written, and whether that can be.
#pragma once

#include <cstdint>

#include "engine/data/value_type.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// Rows of a table, not numbers.
bool is_table(SampleFormat format);
/// The format that a request names by `format`, else by the ending of its file, of which there must
/// be one; standard output is raw.
/// Throws bad_config for an ending that is none of a format.
SampleFormat format_of(const GenerateRequest& request);
/// The format of what a request writes, where the model may decide: standard output has rows of a
/// table as text, unless a format, a type or a shape of numbers is asked for. Throws bad_config for
/// rows of a table by a model that has none.
SampleFormat format_for(const GenerateRequest& request, const GeneratorModel& model);
/// The request with a name for what it writes, see GenerateRequest::out.
GenerateRequest with_output(GenerateRequest request, const GeneratorModel& model);
/// The type of the file's numbers. Throws bad_config for one that the format does not hold.
ValueType type_of(const GenerateRequest& request, SampleFormat format, const GeneratorModel& model);

/// Throws bad_config for numbers out of range, and for what the format does not go with.
void check_request(const GenerateRequest& request, SampleFormat format);
/// Throws io where the disk has less room than the file needs, bad_config for more trials than one
/// picture shows. It is asked before the work: a file that cannot fit should not fill the disk
/// first.
void require_room(const GenerateRequest& request, SampleFormat format, ValueType type,
                  const GeneratorModel& model);

}  // namespace vgan
