#include "tests/support/core/core_cluster.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/config/job_spec_json.h"
#include "tests/support/core/change_text.h"

namespace nepa::testing {
namespace {

struct EffectTeller {
  std::string operator()(const core::SendOrders& e) { return absl::StrCat("=> orders ", e.worker); }
  std::string operator()(const core::RemoveFolder& e) {
    return absl::StrCat("=> remove ", e.removal.path, e.removal.except.empty() ? "" : " except ",
                        e.removal.except);
  }
  std::string operator()(const core::JobPlaced& e) {
    return absl::StrCat("=> placed ", e.job, " after ", absl::FormatDuration(e.waited));
  }
  std::string operator()(const core::Notify& e) {
    return absl::StrCat("=> tell ", e.url, " of ", e.job);
  }
  std::string operator()(const core::JobRestarted& e) {
    return absl::StrCat("=> restarted ", e.job, " because of ", std::string(frames::Name(e.why)));
  }
};

}  // namespace

state::JobSource SmallSource(const std::string& name,
                             const std::function<void(config::JobSpec&)>& change) {
  state::JobSource source;
  source.file.file = absl::StrCat(name, ".yaml");
  source.file.folder = "/home/ann";
  config::JobSpec& spec = source.file.spec;
  spec.name = name;
  spec.data.train.format = config::DataFormat::kSynthetic;
  spec.data.train.synthetic_count = 8192;
  spec.schedule.epochs = 1;
  if (change) change(spec);
  source.text = absl::StrCat("name: ", name, "\n");
  source.json = config::ToJson(source.file);
  // As it will be read back: what does not matter to the job takes its default.
  if (auto file = config::JobFileFromJson(source.json); file.ok()) source.file = *std::move(file);
  return source;
}

CoreCluster::CoreCluster() : now(absl::UnixEpoch() + absl::Seconds(1000)) {
  live.began = now;
  settings.storage = "/storage";
}

void CoreCluster::Do(const std::function<void(core::Draft&)>& operation) {
  state::ClusterState before = state;
  const state::ById<std::string> waits = live.waits;
  core::Draft draft(state, live, settings, now);
  operation(draft);
  core::ForgetRemovals(draft);
  core::SettleNotifications(draft);
  if (draft.plan_wanted()) core::MakePlacements(draft);
  core::SendNotifications(draft);
  core::ForgetSettled(live);
  changes_ = draft.changes();
  effects_ = draft.effects();
  story_.clear();
  for (const state::Change& change : changes_) {
    story_.push_back(ToText(before, change));
    state::Apply(before, change);
  }
  for (const core::Effect& effect : effects_) story_.push_back(std::visit(EffectTeller{}, effect));
  for (const auto& [job, reason] : live.waits) {
    const auto old = waits.find(job);
    if (old != waits.end() && old->second == reason) continue;
    story_.push_back(absl::StrCat("? ", job, " waits: ", reason));
  }
}

void CoreCluster::Tick() {
  Do([](core::Draft& draft) { core::Tick(draft); });
}

std::string CoreCluster::NewRequestId() { return absl::StrCat("r", ++requests_); }

core::Reply CoreCluster::TrySubmit(const std::string& name,
                                   const std::function<void(config::JobSpec&)>& change) {
  core::SubmitCommand command;
  command.request_id = NewRequestId();
  command.user = "ann";
  command.source = SmallSource(name, change);
  core::Reply reply;
  Do([&](core::Draft& draft) { reply = core::Submit(draft, command); });
  return reply;
}

std::string CoreCluster::Submit(const std::string& name,
                                const std::function<void(config::JobSpec&)>& change) {
  const core::Reply reply = TrySubmit(name, change);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  return reply.subject;
}

core::Reply CoreCluster::Cancel(const std::string& job) {
  core::Reply reply;
  Do([&](core::Draft& draft) { reply = core::Cancel(draft, {NewRequestId(), job}); });
  return reply;
}

core::Reply CoreCluster::Pause(const std::string& job) {
  core::Reply reply;
  Do([&](core::Draft& draft) { reply = core::Pause(draft, {NewRequestId(), job}); });
  return reply;
}

core::Reply CoreCluster::Resume(const std::string& job) {
  core::Reply reply;
  Do([&](core::Draft& draft) { reply = core::Resume(draft, {NewRequestId(), job}); });
  return reply;
}

core::Reply CoreCluster::Delete(const std::string& job, bool keep_checkpoints) {
  core::Reply reply;
  Do([&](core::Draft& draft) {
    reply = core::Delete(draft, {NewRequestId(), job, keep_checkpoints});
  });
  return reply;
}

core::Reply CoreCluster::SetPriority(const std::string& job, int64_t priority) {
  core::Reply reply;
  Do([&](core::Draft& draft) {
    reply = core::SetPriority(draft, {NewRequestId(), job, priority});
  });
  return reply;
}

core::Reply CoreCluster::Pin(const std::string& checkpoint, bool pinned) {
  core::Reply reply;
  Do([&](core::Draft& draft) {
    reply = core::PinCheckpoint(draft, {NewRequestId(), checkpoint, pinned});
  });
  return reply;
}

core::Reply CoreCluster::DeleteCheckpoint(const std::string& checkpoint) {
  core::Reply reply;
  Do([&](core::Draft& draft) {
    reply = core::DeleteCheckpoint(draft, {NewRequestId(), checkpoint});
  });
  return reply;
}

core::Reply CoreCluster::Drain(const std::string& worker, const std::string& reason) {
  core::Reply reply;
  Do([&](core::Draft& draft) {
    reply = core::Drain(draft, {NewRequestId(), worker, "ann", reason});
  });
  return reply;
}

core::Reply CoreCluster::Undrain(const std::string& worker) {
  core::Reply reply;
  Do([&](core::Draft& draft) { reply = core::Undrain(draft, {NewRequestId(), worker}); });
  return reply;
}

std::string CoreCluster::AddWorker(const std::string& name, int64_t slots,
                                   const std::string& device) {
  std::string id;
  Do([&](core::Draft& draft) {
    const auto registered =
        core::Register(draft, {name, absl::StrCat(name, ".example"), "", slots, device, {}, "1"});
    ASSERT_TRUE(registered.ok()) << registered.status();
    id = registered->worker_id;
    outbox_[id] = {registered->incarnation, 0};
  });
  const std::vector<std::string> story = story_;
  EXPECT_TRUE(Tell(id).ok());
  story_.insert(story_.begin(), story.begin(), story.end());
  return id;
}

exchange::Report CoreCluster::ReportOf(const std::string& worker) {
  exchange::Report report;
  report.worker_id = worker;
  report.incarnation = outbox_[worker].first;
  return report;
}

absl::Status CoreCluster::Tell(const std::string& worker, const std::vector<Item>& items,
                               bool leaving) {
  exchange::Report report = ReportOf(worker);
  report.leaving = leaving;
  for (const Item& item : items) report.outbox.push_back({++outbox_[worker].second, item});
  return TellAll(report);
}

absl::Status CoreCluster::TellAll(const exchange::Report& report) {
  absl::Status status;
  Do([&](core::Draft& draft) { status = core::TakeReport(draft, report); });
  return status;
}

exchange::Orders CoreCluster::OrdersOf(const std::string& worker) {
  return core::OrdersFor(state, worker);
}

const state::Attempt& CoreCluster::attempt(const std::string& id) const {
  return state.attempts.at({id, state.jobs.at(id).attempt});
}

CoreCluster::Item CoreCluster::Started(const std::string& job, int64_t rank, int64_t step) {
  return exchange::RankStarted{
      {job, state.jobs.at(job).attempt}, rank, {100 + rank, step, 1000, "cpu", 8, 1}};
}

CoreCluster::Item CoreCluster::Exited(const std::string& job, frames::ExitKind kind, int64_t rank,
                                      const std::string& message) {
  return exchange::RankExited{{job, state.jobs.at(job).attempt}, rank, {kind, message}, {}};
}

CoreCluster::Item CoreCluster::Wrote(const std::string& job, int64_t step,
                                     const std::map<std::string, double>& metrics) {
  const int64_t attempt = state.jobs.at(job).attempt;
  frames::CheckpointWritten written;
  written.step = step;
  written.epoch = static_cast<double>(step) / 10;
  written.path = absl::StrCat("checkpoints/step-", step, "-attempt-", attempt);
  written.bytes = 64;
  written.sha256 = absl::StrCat("hash-", step);
  written.metrics = metrics;
  return exchange::RankCheckpoint{{job, attempt}, now, written};
}

CoreCluster::Item CoreCluster::Measured(const std::string& job, int64_t step,
                                        const std::map<std::string, double>& values) {
  return exchange::RankMetrics{{job, state.jobs.at(job).attempt}, now, {step, values}};
}

}  // namespace nepa::testing
