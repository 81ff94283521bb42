// Plays the transcripts of tests/integration/errors. NEPA_REWRITE=1 writes what is said now.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/integration/error_scripts.h"
#include "tests/support/other_version.h"

namespace nepa::testing {
namespace {

TEST(Errors, EveryTranscriptIsWhatIsSaidNow) {
  PrepareForErrorScripts();
  const OtherVersion older(-1), newer(+1);
  ::setenv("OLDER", older.address().c_str(), 1);
  ::setenv("NEWER", newer.address().c_str(), 1);
  ExpectTranscripts("tests/integration/errors", SayOfErrorScript);
}

}  // namespace
}  // namespace nepa::testing
