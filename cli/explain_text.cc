#include "cli/explain_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cli/format.h"
#include "cli/job_text.h"
#include "cli/progress.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

// "8 slots on a, b".
std::string Place(int64_t ranks, const google::protobuf::RepeatedPtrField<std::string>& workers) {
  return absl::StrCat(ranks, ranks == 1 ? " rank on " : " ranks on ", absl::StrJoin(workers, ", "));
}

std::string More(int64_t count, int shown) {
  return count > shown ? absl::StrCat("\nand ", CountText(count - shown), " more") : "";
}

// Of each job that goes first: "j3 big QUEUED, priority 900".
std::string AheadText(const v1::Waiting& waiting) {
  return absl::StrCat(absl::StrJoin(waiting.ahead(), "\n",
                                    [](std::string* out, const v1::Job& job) {
                                      absl::StrAppend(out, JobTitle(job), " ",
                                                      PhaseWord(job.phase()), ", priority ",
                                                      job.priority());
                                    }),
                      More(waiting.ahead_count(), waiting.ahead_size()));
}

// Of each job that has slots it could use: "j1 first RUNNING, 1 rank on a, done in 3m20s".
std::string HoldersText(const v1::Waiting& waiting) {
  return absl::StrCat(
      absl::StrJoin(waiting.holders(), "\n",
                    [](std::string* out, const v1::Job& job) {
                      absl::StrAppend(out, JobTitle(job), " ", PhaseWord(job.phase()), ", ",
                                      Place(job.ranks(), job.workers()));
                      const auto left = TimeLeft(job);
                      absl::StrAppend(out, left.has_value()
                                               ? absl::StrCat(", done in ", DurationText(*left))
                                               : ", its end is not known yet");
                    }),
      More(waiting.holder_count(), waiting.holders_size()));
}

std::string VerdictText(const v1::Waiting& waiting, absl::Time now) {
  if (waiting.never()) {
    return absl::StrCat("never on the workers that there are: ",
                        waiting.most().empty()
                            ? std::string("none has such slots")
                            : absl::StrCat("the most that one offers is ", waiting.most()));
  }
  if (waiting.has_not_before()) {
    return absl::StrCat(
        "not now: the next try is in ",
        DurationText(absl::Ceil(rpc::FromMessage(waiting.not_before()) - now, absl::Seconds(1))));
  }
  return "not now: it starts as soon as there are slots and nobody goes first";
}

std::string FaultText(const v1::Attempt& attempt) {
  switch (attempt.fault()) {
    case v1::FAULT_OF_JOB:
      return " (a fault of the job, not retried)";
    case v1::FAULT_OF_MACHINE:
      return " (a fault of the machine)";
    default:
      return "";
  }
}

// "2 on gpu-07, 3m20s: killed: signal 9 (a fault of the machine)".
std::string AttemptText(const v1::Attempt& attempt, absl::Time now) {
  const bool over = attempt.has_ended_at();
  const absl::Time end = over ? rpc::FromMessage(attempt.ended_at()) : now;
  std::string text =
      absl::StrCat(attempt.attempt(), ": ", Place(attempt.ranks(), attempt.workers()), ", ",
                   DurationText(end - rpc::FromMessage(attempt.placed_at())));
  if (!over) return absl::StrCat(text, " so far");
  if (!attempt.has_cause()) return text;
  absl::StrAppend(&text, ", ", attempt.cause().kind());
  if (!attempt.cause().message().empty()) absl::StrAppend(&text, ": ", attempt.cause().message());
  return absl::StrCat(text, FaultText(attempt));
}

std::string AttemptsText(const v1::ExplainJobResponse& told, absl::Time now) {
  return absl::StrJoin(told.attempts(), "\n", [&](std::string* out, const v1::Attempt& attempt) {
    absl::StrAppend(out, AttemptText(attempt, now));
  });
}

// What is left of the patience with faults of the machine.
std::string RetriesText(const v1::ExplainJobResponse& told) {
  const int64_t most = std::max<int64_t>(0, told.most_faults());
  const int64_t had = std::max<int64_t>(0, told.faults_in_a_row());
  return absl::StrCat(std::max<int64_t>(0, most - had), " of ", most,
                      " left in a row without a new checkpoint (restart.max); each checkpoint "
                      "makes them whole again");
}

// What could be changed about a job that can never run.
std::string CureText(const v1::Waiting& waiting, const v1::Job& job) {
  return absl::StrCat("start a worker with ", absl::StripSuffix(waiting.needs(), " on one worker"),
                      ": nepa-worker --slots N --coordinator HOST:PORT\n"
                      "or ask for less: nepactl cancel ",
                      job.id(), ", then submit it with other resources.ranks or resources.device");
}

Json Ids(const google::protobuf::RepeatedPtrField<v1::Job>& jobs) {
  Json ids = Json::array();
  for (const v1::Job& job : jobs) ids.push_back(job.id());
  return ids;
}

Json TimeOrNull(bool is_set, const google::protobuf::Timestamp& time) {
  return is_set ? Json(TimeText(rpc::FromMessage(time))) : Json(nullptr);
}

Json HoldersJson(const v1::Waiting& waiting) {
  Json holders = Json::array();
  for (const v1::Job& job : waiting.holders()) {
    const auto left = TimeLeft(job);
    holders.push_back(
        {{"id", job.id()},
         {"seconds_left", left.has_value() ? Json(absl::ToDoubleSeconds(*left)) : Json(nullptr)}});
  }
  return holders;
}

Json WaitingJson(const v1::ExplainJobResponse& told) {
  if (!told.has_waiting()) return nullptr;
  const v1::Waiting& waiting = told.waiting();
  return {{"never", waiting.never()},
          {"needs", waiting.needs()},
          {"most", waiting.most().empty() ? Json(nullptr) : Json(waiting.most())},
          {"ahead", Ids(waiting.ahead())},
          {"holders", HoldersJson(waiting)},
          {"not_before", TimeOrNull(waiting.has_not_before(), waiting.not_before())}};
}

Json AttemptJson(const v1::Attempt& attempt) {
  Json cause = nullptr;
  if (attempt.has_cause()) {
    cause = {{"kind", attempt.cause().kind()},
             {"rank", attempt.cause().rank()},
             {"message", attempt.cause().message()}};
  }
  return {{"attempt", attempt.attempt()},
          {"ranks", attempt.ranks()},
          {"workers", std::vector<std::string>(attempt.workers().begin(), attempt.workers().end())},
          {"placed_at", TimeOrNull(attempt.has_placed_at(), attempt.placed_at())},
          {"started_at", TimeOrNull(attempt.has_started_at(), attempt.started_at())},
          {"ended_at", TimeOrNull(attempt.has_ended_at(), attempt.ended_at())},
          {"cause", cause},
          {"fault", attempt.fault() == v1::FAULT_OF_JOB       ? Json("job")
                    : attempt.fault() == v1::FAULT_OF_MACHINE ? Json("machine")
                                                              : Json(nullptr)}};
}

}  // namespace

std::string NextSteps(const v1::Job& job) {
  const std::string& id = job.id();
  switch (job.phase()) {
    case v1::PHASE_QUEUED:
    case v1::PHASE_RESTARTING:
      return absl::StrCat("nepactl priority ", id, " high    lets it go before others\n",
                          "nepactl cancel ", id, "           gives it up");
    case v1::PHASE_STARTING:
    case v1::PHASE_RUNNING:
      return absl::StrCat("nepactl watch ", id, "     shows its curves as it trains\n",
                          "nepactl logs ", id, " -f   shows what its ranks write\n",
                          "nepactl pause ", id, "     stops it at a checkpoint");
    case v1::PHASE_PAUSED:
      return absl::StrCat("nepactl resume ", id, "    goes on where it stopped");
    case v1::PHASE_FAILED:
      return absl::StrCat("nepactl logs ", id, "      shows what its ranks wrote\n",
                          "nepactl events ", id, "    tells its story");
    case v1::PHASE_SUCCEEDED:
      return absl::StrCat(
          "nepactl metrics ", id, " --plot               shows its curves\n",
          "nepactl checkpoints list --job ", id, "       finds its weights\n",
          "nepactl checkpoints export ID DIR          makes a model folder of them");
    case v1::PHASE_CANCELLED:
      return absl::StrCat("nepactl delete ", id, "    removes it with its folder");
    default:
      return "";
  }
}

FieldList ExplanationFields(const v1::ExplainJobResponse& told, absl::Time now) {
  const v1::Job& job = told.job();
  FieldList fields;
  fields.Add("Job", JobTitle(job));
  fields.Add("Phase", {PhaseWord(job.phase()), PhaseColor(job.phase())});
  if (!job.reason().empty()) fields.Add("Why", job.reason());
  if (told.has_waiting()) {
    const v1::Waiting& waiting = told.waiting();
    fields.Add("Needs", waiting.needs());
    fields.Add("Verdict",
               {VerdictText(waiting, now), waiting.never() ? Color::kRed : Color::kNone});
    if (waiting.ahead_size() > 0) fields.Add("Goes first", AheadText(waiting));
    if (waiting.holders_size() > 0) fields.Add("Has slots", HoldersText(waiting));
  }
  if (told.attempts_size() > 0) fields.Add("Attempts", AttemptsText(told, now));
  if (told.faults_in_a_row() > 0 && !IsFinal(job.phase())) {
    fields.Add("Retries", RetriesText(told));
  }
  const bool never = told.has_waiting() && told.waiting().never();
  fields.Add("Next", never ? CureText(told.waiting(), job) : NextSteps(job));
  return fields;
}

Json ExplanationJson(const v1::ExplainJobResponse& told) {
  const Json job = JobJson(told.job());
  Json attempts = Json::array();
  for (const v1::Attempt& attempt : told.attempts()) attempts.push_back(AttemptJson(attempt));
  return {{"id", job["id"]},
          {"name", job["name"]},
          {"phase", job["phase"]},
          {"reason", job["reason"]},
          {"exit", job["exit"]},
          {"waiting", WaitingJson(told)},
          {"attempts", attempts},
          {"faults_in_a_row", told.faults_in_a_row()},
          {"most_faults", told.most_faults()}};
}

}  // namespace nepa::cli
