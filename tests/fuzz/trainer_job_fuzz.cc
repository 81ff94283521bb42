// job.json, which tells a trainer what to train, with the job file in it.
#include "common/config/job_spec_json.h"
#include "common/frames/trainer_job.h"
#include "tests/fuzz/fuzz.h"

using nepa::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto job = nepa::frames::DecodeTrainerJob(nepa::fuzz::Text(data, size));
  if (!job.ok()) return 0;
  const std::string text = Encode(*job);
  const auto again = nepa::frames::DecodeTrainerJob(text);
  Require(again.ok(), "a job that is read is read again");
  Require(Encode(*again) == text, "and says the same");
  // A file made by hand is judged, one of a job that was accepted only read.
  const auto judged = nepa::config::JobFileFromJson(job->job_file_json);
  const auto accepted = nepa::config::AcceptedJobFromJson(job->job_file_json);
  Require(accepted.ok() || !judged.ok(), "what stands up to the rules can be read");
  return 0;
}
