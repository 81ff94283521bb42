// Image files on the command line, as evaluation feeds them to a model.
#ifndef NEPA_WORKER_TRAIN_TOOL_PICTURES_H_
#define NEPA_WORKER_TRAIN_TOOL_PICTURES_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/model_config.h"

namespace nepa::tool {

// [1, C, S, S] float32: the shorter side resized, centre crop, normalised. Errors name the file.
absl::StatusOr<at::Tensor> ReadPicture(const std::string& path, const config::ModelConfig& model);

// All of them, [N, C, S, S].
absl::StatusOr<at::Tensor> ReadPictures(const std::vector<std::string>& paths,
                                        const config::ModelConfig& model);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_PICTURES_H_
