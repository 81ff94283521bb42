#include "worker/train/tool/pictures.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "worker/train/data/decode.h"
#include "worker/train/data/transform.h"

namespace nepa::tool {
namespace {

constexpr size_t kMaxFileBytes = 256 << 20;

}  // namespace

absl::StatusOr<at::Tensor> ReadPicture(const std::string& path, const config::ModelConfig& model) {
  const std::string reading = absl::StrCat("reading ", path);
  if (absl::Status status = data::CheckChannels(model.num_channels); !status.ok()) {
    return Annotate(status, reading);
  }
  NEPA_ASSIGN_OR_RETURN(const std::string bytes, io::ReadFile(path, kMaxFileBytes));
  data::Image storage;
  absl::StatusOr<data::ImageView> image = data::DecodeImage(bytes, data::WholeImage, storage);
  if (!image.ok()) return Annotate(image.status(), reading);
  data::TransformOptions options;
  options.image_size = static_cast<int>(model.image_size);
  options.channels = static_cast<int>(model.num_channels);
  data::TransformScratch scratch;
  at::Tensor pixels =
      at::empty({1, model.num_channels, model.image_size, model.image_size}, at::kFloat);
  data::EvaluationPixels(
      *image, options, scratch,
      absl::MakeSpan(pixels.data_ptr<float>(), static_cast<size_t>(pixels.numel())));
  return pixels;
}

absl::StatusOr<at::Tensor> ReadPictures(const std::vector<std::string>& paths,
                                        const config::ModelConfig& model) {
  std::vector<at::Tensor> pictures;
  for (const std::string& path : paths) {
    NEPA_ASSIGN_OR_RETURN(at::Tensor picture, ReadPicture(path, model));
    pictures.push_back(std::move(picture));
  }
  return at::cat(pictures, 0);
}

}  // namespace nepa::tool
