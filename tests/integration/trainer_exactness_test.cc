// Whatever interrupts a trainer, its weights, its ledger, its trainer.json and its metric history
// are those of the uninterrupted run, bit for bit; and how a batch is split changes what is seen by
// nothing, the weights by rounding alone.
#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "tests/integration/trainer_jobs.h"
#include "tests/integration/trainer_process.h"
#include "tests/support/small_jobs.h"
#include "worker/train/checkpoint/checkpoint.h"

namespace nepa::testing {
namespace {

using frames::ExitKind;

constexpr int kSteps = 60;
constexpr char kEvaluations[] = "evaluation.every=7 steps";

std::string Yaml(int steps = kSteps, int checkpoint_steps = 20) {
  return SmallPretrainJob("small", steps, checkpoint_steps, "ema: {decay: 0.9}");
}

// Trains `job` to its end; the outcome. `history` is that of the attempts before.
Outcome Finish(const frames::TrainerJob& job, History* history = nullptr) {
  TrainerProcess trainer(job);
  const frames::Exit exit = ExitOf(trainer);
  if (history != nullptr) history->Add(trainer.seen());
  EXPECT_EQ(exit.kind, ExitKind::kSucceeded) << exit.message;
  EXPECT_EQ(trainer.Wait(), 0);
  Outcome outcome = OutcomeOf(job);
  EXPECT_FALSE(outcome.weights.empty() || outcome.ema.empty() || outcome.optimizer.empty() ||
               outcome.ledger.empty());
  return outcome;
}

frames::TrainerJob NextAttempt(frames::TrainerJob job) {
  job.resume_from = LatestCheckpoint(job);
  ++job.attempt;
  return job;
}

void ExpectSame(const Outcome& interrupted, const Outcome& whole) {
  EXPECT_TRUE(interrupted.weights == whole.weights) << "weights differ";
  EXPECT_TRUE(interrupted.ema == whole.ema) << "EMA weights differ";
  EXPECT_TRUE(interrupted.optimizer == whole.optimizer) << "optimizer states differ";
  EXPECT_TRUE(interrupted.ledger == whole.ledger) << "ledgers differ";
  for (const auto& [step, state] : whole.states) {
    ASSERT_TRUE(interrupted.states.contains(step)) << "no checkpoint of step " << step;
    EXPECT_EQ(interrupted.states.at(step), state);
  }
}

void ExpectSame(const History& interrupted, const History& whole) {
  EXPECT_EQ(interrupted.evaluations, whole.evaluations);
  for (const int64_t step : {whole.steps.begin()->first, whole.steps.rbegin()->first}) {
    EXPECT_TRUE(interrupted.steps.contains(step)) << step;
  }
  for (const auto& [step, values] : interrupted.steps) {
    const auto found = whole.steps.find(step);
    if (found == whole.steps.end()) continue;
    EXPECT_EQ(values, found->second) << step;
  }
}

class TrainerExactnessTest : public ::testing::TestWithParam<std::string> {
 protected:
  frames::TrainerJob Job(const std::string& name) {
    return JobIn(FreshFolder(name), Yaml(), {"precision=" + GetParam(), kEvaluations});
  }

  // Resumes `job`, whose history so far is `history`, and compares its end with that of a run that
  // nothing interrupts.
  void FinishAndCompare(const frames::TrainerJob& job, History history) {
    const frames::TrainerJob resumed = NextAttempt(job);
    ASSERT_NE(resumed.resume_from, "");
    History whole;
    ExpectSame(Finish(resumed, &history), Finish(Job("whole"), &whole));
    ExpectSame(history, whole);
    EXPECT_EQ(whole.evaluations.size(), 9u);
  }
};

TEST_P(TrainerExactnessTest, StoppingWithACheckpointAndResumingChangesNothing) {
  const frames::TrainerJob job = Job("stopped");
  History history;
  {
    TrainerProcess trainer(job);
    ASSERT_TRUE(trainer.NextOf<frames::Progress>().has_value());
    trainer.AskToStop(/*checkpoint=*/true);
    ASSERT_EQ(ExitOf(trainer).kind, ExitKind::kStopped);
    EXPECT_EQ(trainer.Wait(), 0);
    history.Add(trainer.seen());
  }
  FinishAndCompare(job, history);
}

TEST_P(TrainerExactnessTest, KillingAndResumingChangesNothing) {
  const frames::TrainerJob job = Job("killed");
  History history;
  {
    TrainerProcess trainer(job);
    ASSERT_TRUE(trainer.NextOf<frames::CheckpointWritten>().has_value());
    trainer.Kill();
    EXPECT_EQ(trainer.Wait(), 128 + 9);
    history.Add(trainer.seen());
  }
  FinishAndCompare(job, history);
}

INSTANTIATE_TEST_SUITE_P(Precisions, TrainerExactnessTest, ::testing::Values("fp32", "bf16"),
                         [](const auto& info) { return info.param; });

// The largest difference of two checkpoints' weights.
double LargestDifference(const frames::TrainerJob& a, const frames::TrainerJob& b) {
  const auto loaded_a = checkpoint::Load(LatestCheckpoint(a));
  const auto loaded_b = checkpoint::Load(LatestCheckpoint(b));
  EXPECT_TRUE(loaded_a.ok() && loaded_b.ok()) << loaded_a.status() << loaded_b.status();
  double largest = 0;
  for (const auto& [name, tensor] : loaded_a->weights) {
    const double difference = tensor.sub(loaded_b->weights.at(name)).abs().max().item<double>();
    largest = std::max<double>(largest, difference);
  }
  return largest;
}

TEST(TrainerSplitTest, AddingUpOverMicroBatchesGivesTheSameStep) {
  const frames::TrainerJob whole = JobIn(FreshFolder("whole"), Yaml(8, 8));
  const frames::TrainerJob split = JobIn(FreshFolder("split"), Yaml(8, 8), {"batch.micro=24"});
  EXPECT_EQ(Finish(whole).ledger, Finish(split).ledger);
  EXPECT_LT(LargestDifference(whole, split), 1e-4);
  EXPECT_GT(LargestDifference(whole, split), 0) << "the batch was not split at all";
}

TEST(TrainerSplitTest, TwoRanksTrainAsOne) {
  const frames::TrainerJob alone = JobIn(FreshFolder("alone"), Yaml(8, 8));
  frames::TrainerJob first = JobIn(FreshFolder("together"), Yaml(8, 8));
  first.world_size = 2;
  first.threads = 1;
  first.store_host = "127.0.0.1";
  first.store_port = FreePort();
  frames::TrainerJob second = first;
  second.rank = 1;
  const Outcome of_alone = Finish(alone);
  TrainerProcess second_trainer(second);
  EXPECT_EQ(Finish(first).ledger, of_alone.ledger);
  EXPECT_EQ(ExitOf(second_trainer).kind, ExitKind::kSucceeded);
  EXPECT_LT(LargestDifference(alone, first), 1e-4);
}

TEST(TrainerSplitTest, ARankWithoutImagesDoesNotLookLikeACollapse) {
  // Of the epoch's last batch, one image, rank 0 has none.
  frames::TrainerJob first = JobIn(FreshFolder("together"), Yaml(4, 1000),
                                   {"data.train.limit=65", "batch.last=keep",
                                    "monitor={collapse_std: 1e-6, collapse_steps: 1}"});
  first.world_size = 2;
  first.threads = 1;
  first.store_host = "127.0.0.1";
  first.store_port = FreePort();
  frames::TrainerJob second = first;
  second.rank = 1;
  TrainerProcess second_trainer(second);
  Finish(first);
  EXPECT_EQ(ExitOf(second_trainer).kind, ExitKind::kSucceeded);
}

TEST(TrainerLedgerTest, EachSampleIsSeenOncePerEpoch) {
  constexpr int kEpochs = 3, kImages = 1024, kBatch = 64;
  std::istringstream ledger(
      Finish(JobIn(FreshFolder("job"), Yaml(kEpochs * kImages / kBatch, 1000))).ledger);
  std::map<int, std::set<int>> samples_of_epoch;
  std::set<std::pair<int, int>> places;
  std::set<std::string> digests_of_sample_0;
  int step, epoch, position, sample, lines = 0;
  std::string digest;
  while (ledger >> step >> epoch >> position >> sample >> digest) {
    ++lines;
    EXPECT_EQ(epoch, (step - 1) / (kImages / kBatch));
    EXPECT_LT(position, kBatch);
    EXPECT_TRUE(places.insert({step, position}).second) << "place taken twice";
    EXPECT_TRUE(samples_of_epoch[epoch].insert(sample).second) << "sample seen twice";
    if (sample == 0) digests_of_sample_0.insert(digest);
  }
  EXPECT_EQ(lines, kEpochs * kImages);
  for (const auto& [number, samples] : samples_of_epoch) {
    EXPECT_EQ(samples.size(), static_cast<size_t>(kImages));
  }
  EXPECT_EQ(digests_of_sample_0.size(), static_cast<size_t>(kEpochs)) << "each epoch augments anew";
}

}  // namespace
}  // namespace nepa::testing
