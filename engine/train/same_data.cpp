#include "engine/train/same_data.hpp"

#include "engine/error.hpp"
#include "engine/train/generator_model.hpp"

namespace vgan {

void require_same(const Checkpoint& checkpoint, const std::string& key,
                  const std::string& fingerprint, const std::string& name) {
  const std::string saved = metadata_value(checkpoint, key);
  if (saved == fingerprint) return;
  throw Error(ErrorCode::bad_data,
              {"cannot resume on other " + name, name + " fingerprint", fingerprint,
               saved + ", as the run was started on", "give the same --" + name});
}

}  // namespace vgan
