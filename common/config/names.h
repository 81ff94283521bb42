// Which words may name a job, and which environment variables a trainer may be given.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_NAMES_H_
#define NEPA_COMMON_CONFIG_NAMES_H_

#include "absl/strings/string_view.h"

namespace nepa::config {

// True for "j7": a word that can only be an id, so no job may have it as its name.
bool LooksLikeJobId(absl::string_view word);

// Whether trainers are given an environment variable of this name, by a job file or by a worker's
// --trainer-env: capital letters, digits and _ after one of the beginnings below.
bool IsPassedToTrainers(absl::string_view variable);
inline constexpr char kPassedToTrainers[] = "NCCL_*, TORCH_NCCL_*, GLOO_* and OMP_*";

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_NAMES_H_
