// The right name nearest to a wrong one.
#ifndef NEPA_COMMON_CONFIG_NEAREST_NAME_H_
#define NEPA_COMMON_CONFIG_NEAREST_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nepa::config {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; case and the
// difference of '-' and '_' cost nothing. Texts longer than 64 bytes count as infinitely far.
int EditDistance(absl::string_view a, absl::string_view b);

// The candidate at the least distance (the first of several) where one is near: at most a third of
// the letters wrong. Else the only one of which it is a word, as folder is of image_folder, or "".
std::string NearestName(absl::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_NEAREST_NAME_H_
