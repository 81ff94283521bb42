// Plays the transcripts of tests/scenarios/on_disk: what a trainer says of the data and the model
// folder that a job file names. Of each case, `--- disk` makes the files (disk_recipe.h).
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/config/job_file.h"
#include "tests/scenarios/disk_recipe.h"
#include "tests/scenarios/transcript.h"
#include "worker/train/loop/check.h"

namespace nepa::loop {
namespace {

// A folder that is gone with this.
class Disk {
 public:
  Disk() {
    std::string pattern = ::testing::TempDir() + "nepa-disk-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Disk() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string SayOfDisk(testing::Parts& parts) {
  const Disk disk;
  testing::MakeDisk(disk.path(), parts["disk"]);
  const config::JobFileResult result = config::ReadJobFile(
      {testing::JoinLines(parts["file"]), "job.yaml", disk.path(), parts["set"]});
  std::string said;
  for (const config::Fault& fault : result.faults) {
    absl::StrAppend(&said, config::FormatFault(fault), "\n");
  }
  if (!result.job.has_value()) return said;
  const frames::TrainerJob order{.folder = disk.path()};
  const auto outline = CheckOutline(order, *result.job);
  said = outline.ok() ? "fits: " + Describe(*outline) : ExitFor(outline.status()).message;
  // What ends the job on a worker is the same, but a registry's model is left unseen here.
  if (result.job->spec.model.from.empty() || result.job->spec.model.from[0] == '/') {
    EXPECT_EQ(ExitFor(CheckJob(order, *result.job).status()).message,
              ExitFor(outline.status()).message);
  }
  return absl::StrReplaceAll(said, {{disk.path(), "/disk"}}) + "\n";
}

TEST(OnDiskScenarios, EveryTranscriptIsWhatIsSaidNow) {
  testing::ExpectTranscripts("tests/scenarios/on_disk", SayOfDisk);
}

}  // namespace
}  // namespace nepa::loop
