#include "tests/support/kept_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "common/io/file.h"

namespace nepa::testing {

std::string Masked(std::string text, absl::Span<const Mask> masks) {
  for (const Mask& mask : masks) {
    text = std::regex_replace(text, std::regex(mask.found), mask.shown);
  }
  return text;
}

void ExpectKept(const std::string& path, const std::string& text, const std::string& hint) {
  if (std::getenv("NEPA_REWRITE") != nullptr) {
    ASSERT_TRUE(io::WriteFileAtomically(path, text).ok());
  }
  const auto kept = io::ReadFile(path, 1 << 20);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(text, *kept) << path << " " << hint;
}

}  // namespace nepa::testing
