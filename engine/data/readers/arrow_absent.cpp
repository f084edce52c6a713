// Stands in for the readers of Parquet and Arrow where the build has no Arrow.
#include "engine/base/libraries.hpp"
#include "engine/data/readers/arrow_table.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/raw_file.hpp"

namespace vgan {

std::vector<Library> arrow_libraries() { return {}; }

Table read_arrow(const std::filesystem::path& path, const SchemaWish&) {
  const RawFile file(path, "cannot read data");
  char head[64];
  const ContentGuess guess = guess_content({head, file.read_at(head, sizeof(head), 0)});
  file.fail(0, guess.found + ", which this build has no Arrow to read", "another format",
            guess.remedy + "; or build vgan where Arrow C++ is installed");
}

}  // namespace vgan
