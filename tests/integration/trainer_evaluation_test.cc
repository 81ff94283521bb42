// What a trainer's evaluations lead to: which models are kept, and that none is lost to a stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <nlohmann/json.hpp>
#include <set>

#include "common/config/job_spec_json.h"
#include "tests/integration/trainer_jobs.h"
#include "tests/integration/trainer_process.h"
#include "tests/support/small_jobs.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/evaluation.h"
#include "worker/train/loop/session.h"

namespace nepa::testing {
namespace {

using frames::ExitKind;
using ::testing::HasSubstr;

frames::TrainerJob Job(const std::string& folder, int steps, int checkpoint_steps,
                       const std::vector<std::string>& overrides) {
  return JobIn(FreshFolder(folder), SmallPretrainJob("small", steps, checkpoint_steps), overrides);
}

frames::TrainerJob NextAttempt(frames::TrainerJob job) {
  job.resume_from = LatestCheckpoint(job);
  ++job.attempt;
  return job;
}

nlohmann::json LatestState(const frames::TrainerJob& job) {
  return nlohmann::json::parse(Contents(LatestCheckpoint(job) + "/trainer.json"));
}

struct Ended {
  frames::Exit exit;
  History history;
  std::vector<frames::CheckpointWritten> checkpoints;
};

Ended End(TrainerProcess& trainer) {
  Ended ended{.exit = ExitOf(trainer)};
  ended.history.Add(trainer.seen());
  for (const frames::Frame& frame : trainer.seen()) {
    if (const auto* written = std::get_if<frames::CheckpointWritten>(&frame)) {
      ended.checkpoints.push_back(*written);
    }
  }
  return ended;
}

Ended RunToEnd(const frames::TrainerJob& job) {
  TrainerProcess trainer(job);
  Ended ended = End(trainer);
  EXPECT_EQ(ended.exit.kind, ExitKind::kSucceeded) << ended.exit.message;
  return ended;
}

// An evaluation that takes long enough to be stopped: batches of one image.
const std::vector<std::string> kLongEvaluation = {
    "evaluation.batch=1", "evaluation.knn={gallery: 200}", "data.eval.limit=800"};

TEST(TrainerEvaluationTest, ACheckpointSaysOnlyWhatWasMeasuredOfItsOwnModel) {
  const Ended ended =
      RunToEnd(Job("job", 30, 2, {"evaluation.every=5 steps", "checkpoint.keep.best=0"}));
  ASSERT_EQ(ended.checkpoints.size(), 15u);
  for (const frames::CheckpointWritten& written : ended.checkpoints) {
    EXPECT_TRUE(written.metrics.contains("loss"));
    const auto measured = ended.history.evaluations.find(written.step);
    EXPECT_EQ(written.metrics.contains("knn_top1"), measured != ended.history.evaluations.end())
        << "step " << written.step;
    if (measured == ended.history.evaluations.end()) continue;
    EXPECT_EQ(written.metrics.at("knn_top1"), measured->second.at("knn_top1"));
  }
}

TEST(TrainerEvaluationTest, ProgressKeepsShowingTheLatestEvaluationAlsoAfterAResume) {
  const frames::TrainerJob job = Job("job", 100000, 1000000, {"evaluation.every=5 steps"});
  double measured = 0;
  {
    TrainerProcess trainer(job);
    ASSERT_TRUE(trainer.NextOf<frames::CheckpointWritten>().has_value()) << "of step 5";
    trainer.AskToStop(/*checkpoint=*/true);
    ASSERT_EQ(ExitOf(trainer).kind, ExitKind::kStopped);
    for (const frames::Frame& frame : trainer.seen()) {
      const auto* metrics = std::get_if<frames::Metrics>(&frame);
      if (metrics != nullptr && metrics->values.contains("knn_top1")) {
        measured = metrics->values.at("knn_top1");
      }
    }
  }
  TrainerProcess resumed(NextAttempt(job));
  const auto progress = resumed.NextOf<frames::Progress>();
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(progress->metrics.at("knn_top1"), measured);
  EXPECT_TRUE(progress->metrics.contains("loss"));
}

TEST(TrainerEvaluationTest, TheModelThatMeasuresBestSoFarIsSavedAndNoOther) {
  const Ended ended = RunToEnd(Job("job", 60, 1000000, {"evaluation.every=3 steps"}));
  std::set<int64_t> wanted = {60};
  double best = -1;
  for (const auto& [step, values] : ended.history.evaluations) {
    if (values.at("knn_top1") > best) wanted.insert(step);
    best = std::max(best, values.at("knn_top1"));
  }
  EXPECT_GT(wanted.size(), 2u);
  EXPECT_LT(wanted.size(), ended.history.evaluations.size());
  std::set<int64_t> saved;
  for (const frames::CheckpointWritten& written : ended.checkpoints) {
    EXPECT_TRUE(saved.insert(written.step).second) << "twice: " << written.step;
    EXPECT_EQ(written.metrics.at("knn_top1"),
              ended.history.evaluations.at(written.step).at("knn_top1"));
  }
  EXPECT_EQ(saved, wanted);
}

TEST(TrainerEvaluationTest, WithoutAWishForTheBestNoneIsSaved) {
  const Ended ended =
      RunToEnd(Job("job", 12, 1000000, {"evaluation.every=3 steps", "checkpoint.keep.best=0"}));
  ASSERT_EQ(ended.checkpoints.size(), 1u);
  EXPECT_EQ(ended.checkpoints[0].step, 12);
}

TEST(TrainerEvaluationTest, AnUntrainedModelIsNotSavedAsTheBest) {
  const Ended ended =
      RunToEnd(Job("job", 4, 1000000, {"evaluation.every=2 steps", "evaluation.at_start=true"}));
  EXPECT_EQ(ended.history.evaluations.begin()->first, 0);
  EXPECT_EQ(ended.checkpoints.front().step, 2);
}

TEST(TrainerEvaluationTest, ProgressIsNotHeldUpByAnEvaluation) {
  TrainerProcess trainer(Job("job", 100000, 1000000,
                             {"evaluation.every=5 steps", "evaluation.batch=1",
                              "evaluation.knn={gallery: 1024}", "data.eval.limit=4000"}));
  int64_t step = 0;
  for (;;) {
    const std::optional<frames::Frame> frame = trainer.Next();
    ASSERT_TRUE(frame.has_value());
    if (const auto* progress = std::get_if<frames::Progress>(&*frame)) step = progress->step;
    const auto* metrics = std::get_if<frames::Metrics>(&*frame);
    if (metrics != nullptr && metrics->values.contains("knn_top1")) break;
  }
  EXPECT_EQ(step, 5) << "the last step before the evaluation was not told of until after it";
}

TEST(TrainerEvaluationTest, AStopWithinTheEndEvaluationLeavesItToTheResume) {
  const frames::TrainerJob job = Job("stopped", 5, 1000000, kLongEvaluation);
  {
    TrainerProcess trainer(job);
    std::optional<frames::Progress> progress;
    do {
      progress = trainer.NextOf<frames::Progress>();
      ASSERT_TRUE(progress.has_value());
    } while (progress->step < 5);
    trainer.AskToStop(/*checkpoint=*/true);
    const Ended ended = End(trainer);
    EXPECT_EQ(ended.exit.kind, ExitKind::kStopped) << ended.exit.message;
    EXPECT_THAT(ended.exit.message, HasSubstr("after step 5 of 5, before its evaluation"));
    EXPECT_TRUE(ended.history.evaluations.empty());
  }
  EXPECT_EQ(LatestState(job)["step"], 5);
  EXPECT_EQ(LatestState(job).value("evaluation_owed", false), true);

  const Ended resumed = RunToEnd(NextAttempt(job));
  const Ended whole = RunToEnd(Job("whole", 5, 1000000, kLongEvaluation));
  EXPECT_EQ(resumed.history.evaluations, whole.history.evaluations);
  ASSERT_EQ(resumed.checkpoints.size(), 1u);
  EXPECT_TRUE(resumed.checkpoints[0].metrics.contains("knn_top1"));
  EXPECT_FALSE(LatestState(job).contains("evaluation_owed"));

  const Ended again = RunToEnd(NextAttempt(job));
  EXPECT_TRUE(again.checkpoints.empty() && again.history.evaluations.empty())
      << "nothing is left to do";
}

TEST(TrainerEvaluationTest, AStopWhereAnEvaluationIsDueLeavesItToTheResume) {
  std::vector<std::string> overrides = kLongEvaluation;
  overrides.push_back("evaluation.every=1 steps");
  const frames::TrainerJob job = Job("stopped", 3, 1000000, overrides);
  {
    TrainerProcess trainer(job);
    ASSERT_TRUE(trainer.NextOf<frames::Progress>().has_value()) << "of step 1";
    trainer.AskToStop(/*checkpoint=*/true);
    ASSERT_EQ(ExitOf(trainer).kind, ExitKind::kStopped);
  }
  const frames::TrainerJob resumed = NextAttempt(job);
  ASSERT_NE(resumed.resume_from, "");
  const frames::TrainerJob whole = Job("whole", 3, 1000000, overrides);
  EXPECT_EQ(RunToEnd(resumed).history.evaluations, RunToEnd(whole).history.evaluations);
  EXPECT_EQ(OutcomeOf(job).states, OutcomeOf(whole).states);
}

// A group of one rank whose memory is at its end.
class FullMemory final : public collective::Collective {
 public:
  int64_t rank() const override { return 0; }
  int64_t world_size() const override { return 1; }
  absl::Status AllReduceSum(const at::Tensor&) override { throw std::bad_alloc(); }
  absl::Status Broadcast(const at::Tensor&, int64_t) override { return absl::OkStatus(); }
  absl::Status Barrier() override { return absl::OkStatus(); }
  void Abort(absl::string_view) override {}
};

TEST(TrainerEvaluationTest, RunningOutOfMemoryNamesTheFieldsOfTheEvaluation) {
  const frames::TrainerJob order = Job("job", 5, 5, {});
  const absl::StatusOr<config::JobFile> job = config::JobFileFromJson(order.job_file_json);
  ASSERT_TRUE(job.ok()) << job.status();
  loop::SpanLog spans;
  const absl::StatusOr<loop::Session> session = loop::PrepareSession(order, *job, spans);
  ASSERT_TRUE(session.ok()) << session.status();
  FullMemory group;
  const auto measured = loop::Evaluate(*session, group, loop::StopRequest());
  const frames::Exit exit = loop::ExitFor(measured.status());
  EXPECT_EQ(exit.kind, ExitKind::kOutOfMemory);
  EXPECT_THAT(exit.message, HasSubstr("evaluation.batch"));
}

}  // namespace
}  // namespace nepa::testing
