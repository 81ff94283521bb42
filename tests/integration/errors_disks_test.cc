// Plays the transcripts of tests/integration/errors_disks, whose scripts mount file systems that
// only this process and its children see. Where that cannot be, ctest lists the program as not run.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/integration/error_scripts.h"

namespace nepa::testing {
namespace {

TEST(ErrorsOfDisks, EveryTranscriptIsWhatIsSaidNow) {
  PrepareForErrorScripts();
  ExpectTranscripts("tests/integration/errors_disks", SayOfErrorScript);
}

}  // namespace
}  // namespace nepa::testing

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    std::printf("not run: file systems cannot be mounted here (%s), which the transcripts need\n",
                std::strerror(errno));
    return 77;  // SKIP_RETURN_CODE
  }
  return RUN_ALL_TESTS();
}
