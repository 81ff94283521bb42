#include "common/config/utf8.h"

#include <gtest/gtest.h>

namespace nepa::config {
namespace {

TEST(Utf8Test, TextOfAnyLanguageIsUtf8) {
  for (const char* text : {"", "ant", "caf\u00e9", "\u732b", "\U0001F600"})
    EXPECT_TRUE(IsUtf8(text));
}

TEST(Utf8Test, OtherBytesAreNot) {
  for (const char* bytes : {"caf\xe9", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "cut \xe7\x8c", "\x80"}) {
    EXPECT_FALSE(IsUtf8(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace nepa::config
