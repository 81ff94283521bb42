#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
// jpeglib.h needs FILE and size_t from above; jerror.h needs jpeglib.h.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "absl/strings/str_cat.h"
#include "worker/train/data/decode.h"

namespace nepa::data {
namespace {

constexpr int kMarginColumns = 16;

// libjpeg reports through callbacks and leaves by longjmp. Between setjmp and longjmp no frame may
// own anything with a destructor: Decoder below owns it all, outside of those frames.
struct ErrorTrap {
  jpeg_error_mgr base;  // first, so that libjpeg's pointer is ours
  std::jmp_buf leave;
  bool ended_early = false;
  char message[JMSG_LENGTH_MAX] = "";
};

void OnError(j_common_ptr info) {
  auto* trap = reinterpret_cast<ErrorTrap*>(info->err);
  trap->base.format_message(info, trap->message);
  std::longjmp(trap->leave, 1);
}

// Level -1 is a warning. A file that ends too early is one to libjpeg, which paints the rest grey;
// to us it is an error. Other damage is passed over, as Pillow does.
void OnMessage(j_common_ptr info, int level) {
  auto* trap = reinterpret_cast<ErrorTrap*>(info->err);
  if (level >= 0) return;
  if (trap->base.msg_code == JWRN_JPEG_EOF) trap->ended_early = true;
  ++trap->base.num_warnings;
}

class Decoder {
 public:
  Decoder() {
    info_.err = jpeg_std_error(&trap_.base);
    trap_.base.error_exit = OnError;
    trap_.base.emit_message = OnMessage;
    jpeg_create_decompress(&info_);
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  absl::Status ReadHeader(absl::string_view bytes) {
    if (!TryReadHeader(bytes)) return Failure();
    return CheckImageSize(info_.image_width, info_.image_height);
  }

  Size size() const {
    return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
  }

  // Decodes what covers `wanted`: the rows of its region, at the scale that it allows.
  absl::StatusOr<ImageView> Decode(const Wanted& wanted, Image& storage) {
    info_.scale_num = 1;
    info_.scale_denom = Reduction(wanted);
    const int divisor = static_cast<int>(info_.scale_denom);
    const bool cmyk = info_.num_components == 4;
    info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : cmyk ? JCS_CMYK : JCS_RGB;
    const Region& region = wanted.region;
    const Region scaled = {region.left / divisor, region.top / divisor,
                           std::max(1, region.width / divisor),
                           std::max(1, region.height / divisor)};
    // Decoding only some columns changes those at the cut, so a few more than wanted are decoded.
    JDIMENSION first_column = static_cast<JDIMENSION>(std::max(0, scaled.left - kMarginColumns));
    if (!TryStart(&first_column, scaled.left + scaled.width + kMarginColumns)) return Failure();
    storage.Resize(static_cast<int>(info_.output_width), scaled.height, info_.output_components);
    if (!TryReadRows(scaled.top, scaled.height, storage)) return Failure();
    if (trap_.ended_early) return EndedEarly();
    if (cmyk) ToRgb(storage);
    return storage.view().Crop(
        {scaled.left - static_cast<int>(first_column), 0, scaled.width, scaled.height});
  }

 private:
  bool TryReadHeader(absl::string_view bytes) {
    if (setjmp(trap_.leave) != 0) return false;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  // Sets the first column that is really decoded: at most what is asked for.
  bool TryStart(JDIMENSION* first_column, int end_column) {
    if (setjmp(trap_.leave) != 0) return false;
    jpeg_start_decompress(&info_);
    const int end = std::min(end_column, static_cast<int>(info_.output_width));
    JDIMENSION columns = static_cast<JDIMENSION>(end) - *first_column;
    jpeg_crop_scanline(&info_, first_column, &columns);
    return true;
  }

  bool TryReadRows(int top, int height, Image& storage) {
    if (setjmp(trap_.leave) != 0) return false;
    if (top > 0) jpeg_skip_scanlines(&info_, top);
    for (int y = 0; y < height;) {
      JSAMPROW row = storage.row(y);
      y += static_cast<int>(jpeg_read_scanlines(&info_, &row, 1));
    }
    jpeg_abort_decompress(&info_);
    return true;
  }

  // The largest of 1, 2, 4, 8 that leaves twice what is asked for.
  static unsigned Reduction(const Wanted& wanted) {
    if (wanted.reducible_to.width <= 0 || wanted.reducible_to.height <= 0) return 1;
    unsigned divisor = 1;
    while (divisor < 8 &&
           wanted.region.width / static_cast<int>(2 * divisor) >= 2 * wanted.reducible_to.width &&
           wanted.region.height / static_cast<int>(2 * divisor) >= 2 * wanted.reducible_to.height) {
      divisor *= 2;
    }
    return divisor;
  }

  // Adobe's files hold inverted ink, and libjpeg hands it out as it is: 255 is no ink. Pillow's
  // rounding.
  void ToRgb(Image& storage) const {
    const bool inverted = info_.saw_Adobe_marker;
    const size_t count = static_cast<size_t>(storage.width) * storage.height;
    const uint8_t* in = storage.bytes.data();
    uint8_t* out = storage.bytes.data();
    for (size_t i = 0; i < count; ++i, in += 4, out += 3) {
      const int paper = inverted ? in[3] : 255 - in[3];
      for (int c = 0; c < 3; ++c) {
        const int ink = inverted ? 255 - in[c] : in[c];
        const int product = ink * paper + 128;
        out[c] = static_cast<uint8_t>(std::max(0, paper - ((product + (product >> 8)) >> 8)));
      }
    }
    storage.Resize(storage.width, storage.height, 3);
  }

  absl::Status EndedEarly() const {
    return absl::DataLossError("the JPEG file ends before its image does; copy it again");
  }

  absl::Status Failure() const {
    if (trap_.ended_early) return EndedEarly();
    return absl::DataLossError(
        absl::StrCat("damaged JPEG file: ", trap_.message, "; copy it again"));
  }

  ErrorTrap trap_;
  jpeg_decompress_struct info_ = {};
};

}  // namespace

absl::StatusOr<ImageView> DecodeJpeg(absl::string_view bytes, ChooseRegion choose, Image& storage) {
  Decoder decoder;
  if (absl::Status status = decoder.ReadHeader(bytes); !status.ok()) return status;
  return decoder.Decode(choose(decoder.size()), storage);
}

}  // namespace nepa::data
