#include "common/config/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace nepa::config {

bool LooksLikeJobId(absl::string_view word) {
  return word.size() > 1 && word.front() == 'j' &&
         std::all_of(word.begin() + 1, word.end(), absl::ascii_isdigit);
}

bool IsPassedToTrainers(absl::string_view variable) {
  const bool begins_so = absl::StartsWith(variable, "NCCL_") ||
                         absl::StartsWith(variable, "TORCH_NCCL_") ||
                         absl::StartsWith(variable, "GLOO_") || absl::StartsWith(variable, "OMP_");
  return begins_so && std::all_of(variable.begin(), variable.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

}  // namespace nepa::config
