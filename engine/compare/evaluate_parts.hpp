// What the ways to evaluate share.
#pragma once

#include <cstdint>
#include <string>

#include "engine/compare/evaluate.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/requirement.hpp"

namespace vgan {

/// evaluate() where the request names files.
Evaluation evaluate_files(const EvaluateRequest& request);
/// evaluate() where it names a model.
Evaluation evaluate_model(const EvaluateRequest& request);

/// What the request asks of an evaluator. Throws bad_config for features that are no word and no
/// .onnx file.
EvaluatorOptions evaluator_options(const EvaluateRequest& request);

/// Throws bad_config where the request requires figures that such trials have not.
void require_measurable(const EvaluateRequest& request, const MeasurableTrials& trials);

/// Throws bad_data, naming the file, for fewer than fewest_measured trials; `what` is one of them.
void require_enough(const std::string& source, const std::string& what, std::int64_t count);

}  // namespace vgan
