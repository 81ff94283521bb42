// Texts that are kept in the tree and compared with what the programs say.
#ifndef NEPA_TESTS_SUPPORT_KEPT_TEXT_H_
#define NEPA_TESTS_SUPPORT_KEPT_TEXT_H_

#include <string>

#include "absl/types/span.h"

namespace nepa::testing {

// What differs from run to run, as a regular expression, and what stands for it in a kept text.
struct Mask {
  const char* found;
  const char* shown;
};

// `text` after one mask after the other.
std::string Masked(std::string text, absl::Span<const Mask> masks);

// Expects that the file `path` holds `text`. With NEPA_REWRITE in the environment it is first
// written anew. `hint` is told with a difference.
void ExpectKept(const std::string& path, const std::string& text, const std::string& hint = "");

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_KEPT_TEXT_H_
