#include "engine/data/readers/png_folder.hpp"

#include <png.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <csetjmp>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/data/readers/byte_source.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr const char* what = "cannot read PNG pictures";

struct PngFile {
  fs::path path;
  std::int32_t label = 0;
};

/// What a file's header says.
struct PngHeader {
  std::uint32_t width = 0, height = 0;
  bool colour = false, alpha = false, deep = false;  ///< deep: 16 bits
};

/// What all pictures become.
struct PngTarget {
  std::int64_t height = 0, width = 0;
  bool colour = false, deep = false;

  std::int64_t channels() const { return colour ? 3 : 1; }
  std::size_t row_values() const { return static_cast<std::size_t>(width * channels()); }
  std::size_t values() const { return static_cast<std::size_t>(height) * row_values(); }
};

[[noreturn]] void refuse(const fs::path& path, const std::string& found, const std::string& allowed,
                         const std::string& remedy) {
  throw Error(ErrorCode::bad_data, {what, path.string(), found, allowed, remedy});
}

std::string size_text(const PngHeader& header) {
  return std::to_string(header.height) + " x " + std::to_string(header.width) + " pixels";
}

/// One picture in memory, as libpng reads it. Errors come back as text: libpng jumps over what is
/// between its call and `setjmp`, so nothing there owns anything.
class PngDecoder {
 public:
  explicit PngDecoder(const fs::path& path) : path_(path) {
    ByteSource source(path, what, Unpack::never);
    bytes_.resize(static_cast<std::size_t>(source.most_bytes()));
    source.read_exactly(bytes_.data(), bytes_.size(), "the picture");
    if (png_sig_cmp(bytes_.data(), 0, std::min<std::size_t>(8, bytes_.size())) != 0 ||
        bytes_.size() < 8) {
      refuse(path_, "something that is no PNG", "PNG pictures", "move it out of the folder");
    }
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
    png_set_read_fn(png_, this, on_read);
    if (setjmp(png_jmpbuf(png_)) != 0) broken();
    png_read_info(png_, info_);
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  PngHeader header() const {
    PngHeader made;
    made.width = png_get_image_width(png_, info_);
    made.height = png_get_image_height(png_, info_);
    const int type = png_get_color_type(png_, info_);
    made.colour = (type & PNG_COLOR_MASK_COLOR) != 0;
    made.alpha =
        (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    made.deep = png_get_bit_depth(png_, info_) == 16;
    return made;
  }

  /// Appends the picture's values, `Value` being u8, or u16 for a deep target.
  template <class Value>
  void read(const PngTarget& target, std::vector<Value>& values) {
    require_bytes();
    const std::size_t first = values.size();
    values.resize(first + target.values());
    rows_.resize(static_cast<std::size_t>(target.height));
    for (std::size_t y = 0; y < rows_.size(); ++y) {
      rows_[y] = reinterpret_cast<png_bytep>(values.data() + first + y * target.row_values());
    }
    decode(target, sizeof(Value) * target.row_values());
  }

 private:
  void decode(const PngTarget& target, std::size_t row_bytes) {
    if (setjmp(png_jmpbuf(png_)) != 0) broken();
    png_set_expand(png_);  // palettes to colours, 1 to 4 bits to 8
    if (target.deep) {
      png_set_expand_16(png_);
      if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    }
    png_set_strip_alpha(png_);
    if (target.colour) png_set_gray_to_rgb(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != row_bytes) png_error(png_, "rows of another size");
    png_read_image(png_, rows_.data());
    png_read_end(png_, nullptr);
  }

  // Deflate makes at most 1032 bytes of one: a small file that announces a huge picture is refused
  // before memory is taken for it.
  void require_bytes() const {
    const std::size_t announced = png_get_rowbytes(png_, info_) * png_get_image_height(png_, info_);
    if (announced / 1032 <= bytes_.size()) return;
    refuse(path_,
           "a header that announces " + std::to_string(announced) + " bytes in " +
               std::to_string(bytes_.size()),
           "a whole PNG", "the file is truncated: download or copy it again");
  }

  [[noreturn]] void broken() {
    png_destroy_read_struct(&png_, &info_, nullptr);
    refuse(path_, std::string("a broken PNG (") + message_ + ")", "a whole PNG",
           "download or copy it again, or move it out of the folder");
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self->message_, message, sizeof(self->message_) - 1);
    longjmp(png_jmpbuf(png), 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep to, png_size_t bytes) {
    auto* self = static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (bytes > self->bytes_.size() - self->at_) png_error(png, "it ends too early");
    std::memcpy(to, self->bytes_.data() + self->at_, bytes);
    self->at_ += bytes;
  }

  fs::path path_;
  std::vector<unsigned char> bytes_;
  std::vector<png_bytep> rows_;
  std::size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[80] = {};
};

bool is_png(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".png" && path.filename().string()[0] != '.';
}

// What the folder holds, in the order of names: files that `is_png`, or folders.
std::vector<fs::path> listed(const fs::path& folder, bool folders) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const bool is_folder = entry->is_directory(unreadable);
    if (folders ? is_folder : !is_folder && is_png(entry->path())) found.push_back(entry->path());
  }
  if (error) {
    throw Error(ErrorCode::io, {what, folder.string(), error.message(), "a readable folder", ""});
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<PngFile> files_in(const fs::path& folder, std::vector<std::string>& classes) {
  std::vector<PngFile> files;
  for (const fs::path& path : listed(folder, false)) files.push_back({path, 0});
  for (const fs::path& sub : listed(folder, true)) {
    const std::vector<fs::path> pictures = listed(sub, false);
    if (pictures.empty()) continue;
    if (classes.empty() && !files.empty()) {
      refuse(folder, "pictures both in it and in " + sub.filename().string(),
             "pictures in a folder, or in its subfolders, one for each class",
             "move those of one place elsewhere");
    }
    const auto label = static_cast<std::int32_t>(classes.size());
    classes.push_back(sub.filename().string());
    for (const fs::path& path : pictures) files.push_back({path, label});
  }
  return files;
}

// Looks at every header before the first picture is unpacked.
PngTarget target_of(const std::vector<PngFile>& files, bool& alpha) {
  PngTarget target;
  PngHeader first;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const PngHeader header = PngDecoder(files[i].path).header();
    if (i == 0) first = header;
    if (header.width != first.width || header.height != first.height) {
      refuse(files[i].path, size_text(header),
             size_text(first) + ", as " + files[0].path.string() + " has",
             "bring all to one size, e.g. mogrify -resize " + std::to_string(first.width) + "x" +
                 std::to_string(first.height) + "! FILES");
    }
    target.colour = target.colour || header.colour;
    target.deep = target.deep || header.deep;
    alpha = alpha || header.alpha;
  }
  target.height = first.height;
  target.width = first.width;
  return target;
}

void require_memory(const fs::path& folder, const PngTarget& target, std::size_t count) {
  const std::uint64_t machine = machine_memory();
  std::uint64_t bytes = target.values() * (target.deep ? sizeof(float) : 1);
  if (!__builtin_mul_overflow(bytes, count, &bytes) && bytes <= machine) return;
  refuse(folder, std::to_string(count) + " pictures that need more memory",
         "at most this machine's " + std::to_string(machine) + " bytes",
         "use fewer or smaller pictures");
}

}  // namespace

std::optional<Trials> read_png_folder(const fs::path& folder) {
  Trials images;
  const std::vector<PngFile> files = files_in(folder, images.class_names);
  if (files.empty()) return std::nullopt;
  bool alpha = false;
  const PngTarget target = target_of(files, alpha);
  require_memory(folder, target, files.size());
  images.count = static_cast<std::int64_t>(files.size());
  images.shape = {target.height, target.width, target.channels(), TrialKind::image};
  images.source = folder.string();
  std::vector<std::uint8_t> bytes;
  std::vector<float> values;
  std::vector<std::uint16_t> deep;
  for (const PngFile& file : files) {
    if (target.deep) {
      deep.clear();
      PngDecoder(file.path).read(target, deep);
      values.insert(values.end(), deep.begin(), deep.end());
    } else {
      PngDecoder(file.path).read(target, bytes);
    }
    if (!images.class_names.empty()) images.labels.push_back(file.label);
  }
  if (target.deep) {
    images.values = std::move(values);
    images.file_type = ValueType::u16;
    images.high = 65535.0F;
  } else {
    images.values = std::move(bytes);
  }
  if (alpha) images.notes.push_back(folder.string() + ": transparency is left out of its pictures");
  return images;
}

}  // namespace vgan
