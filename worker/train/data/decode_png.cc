#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/train/data/decode.h"

namespace nepa::data {
namespace {

// What deflate makes of one byte at most.
constexpr uint64_t kMostInflation = 1032;

// libpng leaves by longjmp: no frame between owns anything with a destructor; Decoder owns it all.
class Decoder {
 public:
  explicit Decoder(absl::string_view bytes) : file_bytes_(bytes.size()), rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  absl::Status ReadHeader() {
    if (info_ == nullptr) return absl::ResourceExhaustedError("no memory to read a PNG file");
    if (!TryReadHeader()) return Failure();
    const uint64_t width = png_get_image_width(png_, info_);
    const uint64_t height = png_get_image_height(png_, info_);
    if (absl::Status status = CheckImageSize(width, height); !status.ok()) return status;
    // A header alone must not ask for the memory of an image.
    const bool can_follow = png_get_rowbytes(png_, info_) * height / kMostInflation <= file_bytes_;
    return can_follow ? absl::OkStatus() : EndsEarly();
  }

  Size size() const {
    return {static_cast<int>(png_get_image_width(png_, info_)),
            static_cast<int>(png_get_image_height(png_, info_))};
  }

  absl::Status Decode(Image& storage) {
    if (!TryPrepare()) return Failure();
    const int channels = png_get_channels(png_, info_);
    if ((channels != 1 && channels != 3) || png_get_bit_depth(png_, info_) != 8) {
      return absl::InternalError(absl::StrCat("a PNG file came out with ", channels, " channels"));
    }
    const Size whole = size();
    storage.Resize(whole.width, whole.height, channels);
    rows_.resize(whole.height);
    for (int y = 0; y < whole.height; ++y) rows_[y] = storage.row(y);
    return TryReadRows() ? absl::OkStatus() : Failure();
  }

 private:
  static void OnError(png_structp png, png_const_charp message) {
    auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
    std::snprintf(decoder->message_, sizeof decoder->message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void OnWarning(png_structp, png_const_charp) {}

  static void OnRead(png_structp png, png_bytep out, size_t count) {
    auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
    if (decoder->rest_.size() < count) {
      decoder->ended_early_ = true;
      png_error(png, "end of file");
    }
    std::memcpy(out, decoder->rest_.data(), count);
    decoder->rest_.remove_prefix(count);
  }

  bool TryReadHeader() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, OnRead);
    png_read_info(png_, info_);
    return true;
  }

  // Eight bits a channel, grey or RGB. Of sixteen bits the upper eight, as Pillow takes them.
  bool TryPrepare() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_strip_16(png_);
    png_set_palette_to_rgb(png_);
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool TryReadRows() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows_.data());
    png_read_end(png_, nullptr);
    return true;
  }

  static absl::Status EndsEarly() {
    return absl::DataLossError("the PNG file ends before its image does; copy it again");
  }
  absl::Status Failure() const {
    if (ended_early_) return EndsEarly();
    return absl::DataLossError(absl::StrCat("damaged PNG file: ", message_, "; copy it again"));
  }

  const size_t file_bytes_;
  absl::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<png_bytep> rows_;
  bool ended_early_ = false;
  char message_[128] = "";
};

}  // namespace

absl::StatusOr<ImageView> DecodePng(absl::string_view bytes, ChooseRegion choose, Image& storage) {
  Decoder decoder(bytes);
  if (absl::Status status = decoder.ReadHeader(); !status.ok()) return status;
  const Wanted wanted = choose(decoder.size());
  if (absl::Status status = decoder.Decode(storage); !status.ok()) return status;
  return storage.view().Crop(wanted.region);
}

}  // namespace nepa::data
