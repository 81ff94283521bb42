// Plays the transcripts of tests/scenarios/job_files.
#include <gtest/gtest.h>

#include "tests/scenarios/job_file_transcript.h"

namespace nepa::config {
namespace {

TEST(JobFileScenarios, EveryTranscriptIsWhatIsSaidNow) {
  testing::ExpectTranscripts("tests/scenarios/job_files", SayOfJobFile);
}

}  // namespace
}  // namespace nepa::config
