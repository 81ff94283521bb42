// Plays the transcripts of tests/scenarios/job_files. After a change that is meant, NEPA_REWRITE=1
// writes what is said now into them; read the difference before committing it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "common/io/file.h"
#include "tests/scenarios/job_file_transcript.h"

namespace nepa::config {
namespace {

constexpr char kFolder[] = "tests/scenarios/job_files";

std::vector<std::string> Transcripts() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(JobFileScenarios, EveryTranscriptIsWhatIsSaidNow) {
  ASSERT_FALSE(Transcripts().empty());
  for (const std::string& path : Transcripts()) {
    const auto transcript = io::ReadFile(path, 1 << 20);
    ASSERT_TRUE(transcript.ok()) << transcript.status();
    const std::string played = PlayTranscript(*transcript);
    if (std::getenv("NEPA_REWRITE") != nullptr) {
      ASSERT_TRUE(io::WriteFileAtomically(path, played).ok());
    } else {
      EXPECT_EQ(played, *transcript) << path;
    }
  }
}

}  // namespace
}  // namespace nepa::config
