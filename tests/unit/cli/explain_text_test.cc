#include "cli/explain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Time kNow = absl::FromUnixSeconds(3600);

v1::ExplainJobResponse Waiting() {
  v1::ExplainJobResponse told;
  told.mutable_job()->set_id("j3");
  told.mutable_job()->set_name("next");
  told.mutable_job()->set_phase(v1::PHASE_QUEUED);
  told.mutable_job()->set_reason("needs 1 cpu slot; 0 of 1 cpu slot is free");
  v1::Waiting& waiting = *told.mutable_waiting();
  waiting.set_needs("1 cpu slot");
  waiting.set_most("1 cpu slot on a");
  return told;
}

void AddHolder(v1::Waiting& waiting) {
  v1::Job& holder = *waiting.add_holders();
  holder.set_id("j1");
  holder.set_name("first");
  holder.set_phase(v1::PHASE_RUNNING);
  holder.set_ranks(1);
  holder.add_workers("a");
  holder.set_step(100);
  holder.set_total_steps(200);
  holder.set_global_batch(64);
  (*holder.mutable_metrics())["images_per_second"] = 64;
  waiting.set_holder_count(1);
}

std::string Text(const v1::ExplainJobResponse& told) {
  return ExplanationFields(told, kNow).Render(false);
}

TEST(ExplainTextTest, AWaitingJobSaysWhoStandsBeforeItAndWhenSlotsComeFree) {
  v1::ExplainJobResponse told = Waiting();
  AddHolder(*told.mutable_waiting());
  v1::Job& ahead = *told.mutable_waiting()->add_ahead();
  ahead.set_id("j2");
  ahead.set_name("big");
  ahead.set_phase(v1::PHASE_QUEUED);
  ahead.set_priority(900);
  told.mutable_waiting()->set_ahead_count(12);
  EXPECT_EQ(Text(told),
            "Job         j3 next\n"
            "Phase       QUEUED\n"
            "Why         needs 1 cpu slot; 0 of 1 cpu slot is free\n"
            "Needs       1 cpu slot\n"
            "Verdict     not now: it starts as soon as there are slots and nobody goes first\n"
            "Goes first  j2 big QUEUED, priority 900\n"
            "            and 11 more\n"
            "Has slots   j1 first RUNNING, 1 rank on a, done in 1m40s\n"
            "Next        nepactl priority j3 high    lets it go before others\n"
            "            nepactl cancel j3           gives it up\n");
}

TEST(ExplainTextTest, NeverIsToldFromNotNowWithWhatToChange) {
  v1::ExplainJobResponse told = Waiting();
  told.mutable_waiting()->set_needs("4 cuda slots on one worker");
  told.mutable_waiting()->set_never(true);
  const std::string text = Text(told);
  EXPECT_THAT(text, HasSubstr("Verdict  never on the workers that there are: the most that one "
                              "offers is 1 cpu slot on a\n"));
  EXPECT_THAT(text, HasSubstr("start a worker with 4 cuda slots: nepa-worker"));
  EXPECT_THAT(text, HasSubstr("resources.ranks"));
  EXPECT_THAT(text, Not(HasSubstr("priority")));
  told.mutable_waiting()->clear_most();
  EXPECT_THAT(Text(told), HasSubstr("none has such slots"));
}

TEST(ExplainTextTest, ARestartingJobSaysWhyWhenItTriesAgainAndHowOftenItStillMay) {
  v1::ExplainJobResponse told = Waiting();
  told.mutable_job()->set_phase(v1::PHASE_RESTARTING);
  told.mutable_waiting()->mutable_not_before()->set_seconds(3604);
  told.set_faults_in_a_row(3);
  told.set_most_faults(10);
  v1::Attempt& attempt = *told.add_attempts();
  attempt.set_attempt(1);
  attempt.set_ranks(2);
  attempt.add_workers("a");
  attempt.mutable_placed_at()->set_seconds(3000);
  attempt.mutable_ended_at()->set_seconds(3200);
  attempt.mutable_cause()->set_kind("killed");
  attempt.mutable_cause()->set_message("signal 9");
  attempt.set_fault(v1::FAULT_OF_MACHINE);
  const std::string text = Text(told);
  EXPECT_THAT(text, HasSubstr("not now: the next try is in 4s\n"));
  EXPECT_THAT(text,
              HasSubstr("1: 2 ranks on a, 3m20s, killed: signal 9 (a fault of the machine)\n"));
  EXPECT_THAT(text, HasSubstr("7 of 10 left in a row without a new checkpoint"));
}

TEST(ExplainTextTest, AFailedJobSaysWhoseFaultItWas) {
  v1::ExplainJobResponse told;
  told.mutable_job()->set_id("j1");
  told.mutable_job()->set_phase(v1::PHASE_FAILED);
  told.mutable_job()->set_reason("rank 0 on a: the loss is nan");
  v1::Attempt& attempt = *told.add_attempts();
  attempt.set_attempt(1);
  attempt.set_ranks(1);
  attempt.add_workers("a");
  attempt.mutable_ended_at()->set_seconds(10);
  attempt.mutable_cause()->set_kind("not_finite");
  attempt.set_fault(v1::FAULT_OF_JOB);
  EXPECT_THAT(Text(told), HasSubstr("not_finite (a fault of the job, not retried)\n"));
  EXPECT_THAT(Text(told), HasSubstr("nepactl logs j1"));
}

TEST(ExplainTextTest, ProgramsGetTheSame) {
  v1::ExplainJobResponse told = Waiting();
  AddHolder(*told.mutable_waiting());
  EXPECT_EQ(ExplanationJson(told)["waiting"].dump(),
            R"({"never":false,"needs":"1 cpu slot","most":"1 cpu slot on a","ahead":[],)"
            R"("holders":[{"id":"j1","seconds_left":100.0}],"not_before":null})");
  told.clear_waiting();
  EXPECT_TRUE(ExplanationJson(told)["waiting"].is_null());
  EXPECT_EQ(ExplanationJson(told)["attempts"].dump(), "[]");
}

}  // namespace
}  // namespace nepa::cli
