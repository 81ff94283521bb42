// Whether bytes are text: names that come from the file system need not be.
//
// Pure; any thread.
#ifndef NEPA_COMMON_CONFIG_UTF8_H_
#define NEPA_COMMON_CONFIG_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace nepa::config {

// Length of the UTF-8 character that starts at `at` (below the text's size); 0 if none does.
size_t CharacterLength(absl::string_view text, size_t at);

bool IsUtf8(absl::string_view text);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_UTF8_H_
