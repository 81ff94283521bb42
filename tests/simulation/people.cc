#include "tests/simulation/people.h"

#include <memory>
#include <utility>

#include "common/config/job_spec_json.h"
#include "coordinator/core/operations.h"

namespace nepa::simulation {
namespace {

constexpr int64_t kPersons = 8;
constexpr absl::Duration kPatience = absl::Seconds(2);

// With the fields that matter here alone: it is written and read for every job of every seed.
state::JobSource MakeSource(const JobPlan& plan, int64_t index) {
  const bool from = !plan.from.empty();
  state::JobSource source;
  source.text = plan.name;
  // The seed is what the ranks read: which plan to follow.
  source.json = absl::StrCat(R"({"file":")", plan.name, R"(.yaml","folder":"/home/ann",)",
                             R"("positions":{},"spec":{"name":")", plan.name, R"(","kind":")",
                             from ? "finetune" : "pretrain", R"(","seed":)", index,
                             R"(,"resources":{"ranks":)", plan.ranks,
                             R"(},"restart":{"max":1000000},"model":{"from":)",
                             from ? absl::StrCat("\"", plan.from, "\"") : "null", "}}}");
  source.file = config::AcceptedJobFromJson(source.json).value();  // as it comes from a store
  return source;
}

}  // namespace

void People::Begin(int64_t jobs, absl::Duration time) {
  for (int64_t i = 0; i < jobs; ++i) {
    world_.timeline.After(world_.chance.Between(absl::ZeroDuration(), time),
                          [this] { SubmitOne(); });
  }
  for (int64_t i = 0; i < jobs / 20; ++i) {
    world_.timeline.After(world_.chance.Between(absl::ZeroDuration(), time),
                          [this] { DrainOne(); });
  }
}

void People::Ask(const std::string& what, Operation operation, Answered answered) {
  ++open_;
  const Peer person = -1 - world_.chance.Between(0, kPersons - 1);
  Try(person, what, operation, std::make_shared<Answered>(std::move(answered)));
}

void People::Try(Peer person, const std::string& what, const Operation& operation,
                 const std::shared_ptr<Answered>& answered) {
  network_.Send(person, [this, person, operation, answered] {
    auto reply = std::make_shared<core::Reply>();
    coordinator_.Post([reply, operation](core::Draft& draft) { *reply = operation(draft); },
                      [this, person, reply, answered](const absl::Status& committed) {
                        if (!committed.ok()) return;  // UNAVAILABLE: to be asked again
                        network_.Send(person, [this, reply, answered] {
                          if (*answered == nullptr) return;
                          const Answered then = std::exchange(*answered, nullptr);
                          --open_;
                          then(*reply);
                        });
                      });
  });
  world_.timeline.After(kPatience, [this, person, what, operation, answered] {
    if (*answered != nullptr) Try(person, what, operation, answered);
  });
}

JobPlan People::MakePlan() {
  Chance& chance = world_.chance;
  JobPlan plan;
  plan.name = absl::StrCat("job-", plans_.size());
  plan.ranks = chance.Happens(0.6) ? 1 : chance.Between(2, 6);
  plan.steps_a_turn = chance.Between(1, 10);
  plan.total_steps = plan.steps_a_turn * chance.Between(3, 30);
  plan.checkpoint_every = plan.steps_a_turn * chance.Between(3, 12);
  if (chance.Happens(0.04)) plan.fails_at = chance.Between(1, plan.total_steps);
  if (chance.Happens(0.1)) plan.from = AnySource();
  return plan;
}

// A job, or a checkpoint of one that may still be training; "" if there is none yet.
std::string People::AnySource() {
  Chance& chance = world_.chance;
  std::vector<std::string> checkpoints;
  for (const auto& [id, checkpoint] : coordinator_.state().checkpoints) {
    if (checkpoint.state == state::CheckpointState::kAvailable) checkpoints.push_back(id);
  }
  if (!checkpoints.empty() && chance.Happens(0.5)) return "checkpoint/" + chance.OneOf(checkpoints);
  return known_names_.empty() ? "" : "job/" + chance.OneOf(known_names_);
}

void People::SubmitOne() {
  plans_.push_back(MakePlan());
  const JobPlan plan = plans_.back();
  core::SubmitCommand command;
  command.request_id = NewRequestId();
  command.user = "ann";
  command.source = MakeSource(plan, static_cast<int64_t>(plans_.size()) - 1);
  world_.Note("submit ", plan.name, " as ", command.request_id);
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Submit(draft, command); },
      [this, plan, request = command.request_id](const core::Reply& reply) {
        if (!reply.status.ok()) {
          // Its source may have been deleted meanwhile; nothing else can be wrong with it.
          if (plan.from.empty()) {
            world_.Violate(absl::StrCat("the submission of ", plan.name,
                                        " was refused: ", reply.status.message()));
          }
          return;
        }
        world_.Note(plan.name, " is ", reply.subject);
        rules_.Submitted(request, reply.subject);
        known_names_.push_back(plan.name);
        Meddle(reply.subject);
      });
}

void People::Meddle(const std::string& job) {
  Chance& chance = world_.chance;
  const auto later = [&] { return chance.Between(absl::Milliseconds(1), absl::Seconds(20)); };
  if (chance.Happens(0.12)) {
    world_.timeline.After(later(), [this, job] { Cancel(job); });
  }
  if (chance.Happens(0.15)) {
    world_.timeline.After(later(), [this, job] { Pause(job); });
    world_.timeline.After(later(), [this, job] { Resume(job); });
  }
  if (chance.Happens(0.1)) {
    world_.timeline.After(later() * 3, [this, job] { Delete(job); });
  }
  if (chance.Happens(0.2)) {
    world_.timeline.After(later(), [this, job] { PinOneOf(job); });
  }
}

void People::Cancel(const std::string& job) {
  world_.Note("cancel ", job);
  const core::JobCommand command{NewRequestId(), job};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Cancel(draft, command); },
      [this, job](const core::Reply& reply) {
        if (reply.status.ok()) rules_.Cancelled(job, coordinator_.state());
      });
}

void People::Pause(const std::string& job) {
  world_.Note("pause ", job);
  const core::JobCommand command{NewRequestId(), job};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Pause(draft, command); },
      [this, job, resumes = rules_.ResumesOf(job)](const core::Reply& reply) {
        if (reply.status.ok()) rules_.Paused(job, resumes);
      });
}

void People::Resume(const std::string& job) {
  world_.Note("resume ", job);
  rules_.AskedToResume(job);
  const core::JobCommand command{NewRequestId(), job};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Resume(draft, command); },
      [this, job](const core::Reply& reply) {
        if (reply.status.ok()) rules_.Resumed(job);
      });
}

void People::Delete(const std::string& job) {
  world_.Note("delete ", job);
  rules_.AskedToDelete(job);
  const core::DeleteCommand command{NewRequestId(), job, world_.chance.Happens(0.3)};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Delete(draft, command); },
      [this, job](const core::Reply& reply) {
        if (reply.status.ok()) rules_.Deleted(job);
      });
}

void People::PinOneOf(const std::string& job) {
  const auto of_job = coordinator_.state().checkpoints_of.find(job);
  if (of_job == coordinator_.state().checkpoints_of.end()) return;
  std::vector<std::string> checkpoints(of_job->second.begin(), of_job->second.end());
  const std::string checkpoint = world_.chance.OneOf(checkpoints);
  world_.Note("pin ", checkpoint);
  const core::PinCommand command{NewRequestId(), checkpoint, true};
  Ask(
      command.request_id,
      [command](core::Draft& draft) { return core::PinCheckpoint(draft, command); },
      [this, checkpoint, job](const core::Reply& reply) {
        if (!reply.status.ok()) return;  // it went before that
        rules_.Pinned(checkpoint, job);
        if (!world_.chance.Happens(0.5)) return;
        world_.timeline.After(world_.chance.Between(absl::Seconds(1), absl::Seconds(20)),
                              [this, checkpoint] { Unpin(checkpoint); });
      });
}

void People::Unpin(const std::string& checkpoint) {
  world_.Note("unpin ", checkpoint);
  rules_.AskedToUnpin(checkpoint);
  const core::PinCommand command{NewRequestId(), checkpoint, false};
  Ask(
      command.request_id,
      [command](core::Draft& draft) { return core::PinCheckpoint(draft, command); },
      [](const core::Reply&) {});
}

void People::DrainOne() {
  std::vector<std::string> workers;
  for (const auto& [id, worker] : coordinator_.state().workers) {
    if (!draining_.contains(id)) workers.push_back(id);
  }
  if (workers.empty()) return;
  const std::string worker = world_.chance.OneOf(workers);
  draining_.insert(worker);
  world_.Note("drain ", worker);
  const core::DrainCommand command{NewRequestId(), worker, "ann", "its fan is loud"};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Drain(draft, command); },
      [this, worker](const core::Reply& reply) {
        if (!reply.status.ok()) return world_.Violate(absl::StrCat(worker, " is not drained"));
        rules_.Drained(worker);
        world_.timeline.After(world_.chance.Between(absl::Seconds(1), absl::Seconds(15)),
                              [this, worker] { Undrain(worker); });
      });
}

void People::Undrain(const std::string& worker) {
  world_.Note("undrain ", worker);
  rules_.AskedToUndrain(worker);
  const core::UndrainCommand command{NewRequestId(), worker};
  Ask(
      command.request_id, [command](core::Draft& draft) { return core::Undrain(draft, command); },
      [this, worker](const core::Reply&) { draining_.erase(worker); });
}

void People::ResumeAll() {
  for (const auto& [id, job] : coordinator_.state().jobs) {
    if (job.phase == state::Phase::kPaused) Resume(id);
  }
}

}  // namespace nepa::simulation
