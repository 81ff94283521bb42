// A folder with one subfolder a class, JPEG and PNG files anywhere below it: the layout of
// ImageNet and of torchvision's ImageFolder. Classes are numbered in the order of their sorted
// names, images in the order of their sorted paths.
#ifndef NEPA_WORKER_TRAIN_DATA_IMAGE_FOLDER_H_
#define NEPA_WORKER_TRAIN_DATA_IMAGE_FOLDER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/train/data/dataset.h"

namespace nepa::data {

// Lists the folder; images are read when they are asked for. Files that aren't called .jpg, .jpeg
// or .png are passed over; hidden ones too. INVALID_ARGUMENT names the classes without an image.
absl::StatusOr<std::shared_ptr<const Dataset>> OpenImageFolder(const std::string& path);

// Reads and decodes one image file. Errors name it.
absl::StatusOr<ImageView> ReadImageFile(const std::string& path, ChooseRegion choose,
                                        Image& storage);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_IMAGE_FOLDER_H_
