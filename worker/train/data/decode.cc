#include "worker/train/data/decode.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nepa::data {
namespace {

constexpr absl::string_view kJpegMark = "\xFF\xD8\xFF";
constexpr absl::string_view kPngMark = "\x89PNG\r\n\x1A\n";

// What a file that can't be read looks like, to say so.
absl::string_view KnownFormat(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "RIFF")) return "WebP";
  if (absl::StartsWith(bytes, "GIF8")) return "GIF";
  if (absl::StartsWith(bytes, "BM")) return "BMP";
  if (absl::StartsWith(bytes, absl::string_view("II*\0", 4)) ||
      absl::StartsWith(bytes, absl::string_view("MM\0*", 4))) {
    return "TIFF";
  }
  return "";
}

}  // namespace

Wanted WholeImage(Size size) { return {{0, 0, size.width, size.height}, {}}; }

absl::Status CheckImageSize(uint64_t width, uint64_t height) {
  if (width > 0 && height > 0 && width * height <= uint64_t{kMaxImagePixels}) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("the image says it is ", width, " x ", height,
                                                 " pixels; from 1 to ", kMaxImagePixels,
                                                 " pixels are read"));
}

absl::StatusOr<ImageView> DecodeImage(absl::string_view bytes, ChooseRegion choose,
                                      Image& storage) {
  if (absl::StartsWith(bytes, kJpegMark)) return DecodeJpeg(bytes, choose, storage);
  if (absl::StartsWith(bytes, kPngMark)) return DecodePng(bytes, choose, storage);
  if (bytes.empty()) return absl::DataLossError("the file is empty; it should be a JPEG or PNG");
  const absl::string_view format = KnownFormat(bytes);
  if (!format.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file is a ", format, " image; convert it to JPEG or PNG"));
  }
  return absl::DataLossError(
      absl::StrCat("neither a JPEG nor a PNG file: it begins with the bytes ",
                   absl::BytesToHexString(bytes.substr(0, 8)), "; give one of these"));
}

}  // namespace nepa::data
