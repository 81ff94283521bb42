#include "common/frames/trainer_job.h"

#include <gtest/gtest.h>

#include <string>

namespace nepa::frames {
namespace {

std::string Refusal(std::string_view text) {
  const absl::StatusOr<TrainerJob> job = DecodeTrainerJob(text);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(job.status().message());
}

TEST(TrainerJob, ComesBackWhole) {
  TrainerJob job;
  job.job_id = "j17";
  job.attempt = 3;
  job.rank = 1;
  job.world_size = 2;
  job.threads = 4;
  job.device = "cuda:1";
  job.folder = "/s/jobs/j17";
  job.resume_from = "/s/jobs/j17/checkpoints/x";
  job.model_from = "/models/nepa";
  job.store_host = "10.0.0.1";
  job.store_port = 29500;
  job.job_file_json = R"({"spec":{"seed":18446744073709551615,"lr":0.0003}})";
  const absl::StatusOr<TrainerJob> back = DecodeTrainerJob(Encode(job));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->job_id, "j17");
  EXPECT_EQ(back->attempt, 3);
  EXPECT_EQ(back->rank, 1);
  EXPECT_EQ(back->world_size, 2);
  EXPECT_EQ(back->threads, 4);
  EXPECT_EQ(back->device, "cuda:1");
  EXPECT_EQ(back->folder, job.folder);
  EXPECT_EQ(back->resume_from, job.resume_from);
  EXPECT_EQ(back->model_from, job.model_from);
  EXPECT_EQ(back->store_host, job.store_host);
  EXPECT_EQ(back->registered_checkpoints, std::nullopt);
  EXPECT_EQ(back->store_port, 29500);
  EXPECT_EQ(back->job_file_json, R"({"spec":{"lr":0.0003,"seed":18446744073709551615}})");
}

TEST(TrainerJob, AFileWrittenByHandNeedsOnlyFolderAndJobFile) {
  const absl::StatusOr<TrainerJob> job = DecodeTrainerJob(R"({"folder":"/f","job_file":{}})");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->job_id, "j0");
  EXPECT_EQ(job->world_size, 1);
  EXPECT_EQ(job->device, "cpu");
}

TEST(TrainerJob, ARefusalNamesTheKey) {
  EXPECT_NE(Refusal(R"({"job_file":{}})").find("\"folder\" is missing"), std::string::npos);
  EXPECT_NE(Refusal(R"({"folder":"/f"})").find("job_file"), std::string::npos);
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":"{}"})").find("job_file"), std::string::npos);
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":{},"resume_form":"/x"})").find("resume_form"),
            std::string::npos);
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":{},"threads":"4"})").find("threads"),
            std::string::npos);
  Refusal("");
}

// Printing a value calls itself for each level.
TEST(TrainerJob, BracketsAloneDoNotEndTheProcess) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  const std::string text = R"({"folder": "/f", "job_file": {"spec": )" + deep + "}}";
  EXPECT_EQ(DecodeTrainerJob(text).status().code(), absl::StatusCode::kInvalidArgument);
  TrainerJob job;
  job.folder = "/f";
  job.job_file_json = R"({"spec": )" + deep + "}";
  EXPECT_FALSE(DecodeTrainerJob(Encode(job)).ok());
}

TEST(TrainerJob, CarriesWhereAJobMayRead) {
  TrainerJob job;
  job.folder = "/f";
  job.job_file_json = "{}";
  EXPECT_EQ(DecodeTrainerJob(Encode(job))->allowed_paths, std::nullopt);
  job.allowed_paths = {"/data", "/storage"};
  EXPECT_EQ(DecodeTrainerJob(Encode(job))->allowed_paths, job.allowed_paths);
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":{},"allowed_paths":"/"})").find("must be a list"),
            std::string::npos);
}

TEST(TrainerJob, CarriesTheNamesOfTheCheckpointsThatAreKnown) {
  TrainerJob job;
  job.folder = "/f";
  job.job_file_json = "{}";
  for (const std::vector<std::string>& names : {std::vector<std::string>{}, {"a", "b"}}) {
    job.registered_checkpoints = names;
    EXPECT_EQ(DecodeTrainerJob(Encode(job))->registered_checkpoints, names);
  }
  for (const char* wrong : {"[1]", "null", "\"a\""}) {
    EXPECT_NE(Refusal(std::string(R"({"folder":"/f","job_file":{},"registered_checkpoints":)") +
                      wrong + "}")
                  .find("must be a list"),
              std::string::npos);
  }
}

TEST(TrainerJob, RanksMustMakeSenseTogether) {
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":{},"rank":1})").find("world_size"),
            std::string::npos);
  EXPECT_NE(Refusal(R"({"folder":"/f","job_file":{},"world_size":2})").find("store_host"),
            std::string::npos);
}

TEST(TrainerJob, AJobFileThatIsNoJsonIsRefusedByTheReader) {
  TrainerJob job;
  job.folder = "/f";
  job.job_file_json = "name: x";
  EXPECT_NE(Refusal(Encode(job)).find("job_file"), std::string::npos);
}

}  // namespace
}  // namespace nepa::frames
