#include "engine/compare/evaluate.hpp"

#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/evaluate_parts.hpp"
#include "engine/version.hpp"

namespace vgan {

EvaluatorOptions evaluator_options(const EvaluateRequest& request) {
  EvaluatorOptions made;
  if (request.features.ends_with(".onnx")) {
    made.features.onnx = request.features;
  } else {
    made.features.kind = read_word<FeatureKind>(request.features);
  }
  made.features.seed = request.seed;
  made.features.device = request.device;
  made.features.threads = request.threads;
  made.outcome = request.outcome;
  made.seed = request.seed;
  return made;
}

Evaluation evaluate(const EvaluateRequest& request) {
  Evaluation made = request.model.empty() ? evaluate_files(request) : evaluate_model(request);
  made.file.version = build::version;
  made.file.seed = request.seed;
  return made;
}

}  // namespace vgan
