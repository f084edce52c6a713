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
  made.features.stop_requested = request.stop_requested;
  made.outcome = request.outcome;
  made.seed = request.seed;
  return made;
}

void require_measurable(const EvaluateRequest& request, const MeasurableTrials& trials) {
  require_measurable(parse_requirements(request.require), trials);
}

Evaluation evaluate(const EvaluateRequest& request) {
  (void)parse_requirements(request.require);
  Evaluation made = request.model.empty() ? evaluate_files(request) : evaluate_model(request);
  made.file.version = build::version;
  made.file.seed = request.seed;
  return made;
}

}  // namespace vgan
