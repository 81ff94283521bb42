#include "worker/runtime/daemon.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/credentials/client.h"
#include "common/credentials/diagnose.h"
#include "common/flags/listen_fault.h"
#include "common/rpc/channel.h"
#include "worker/runtime/launch.h"
#include "worker/runtime/signals.h"
#include "worker/runtime/surroundings.h"

namespace nepa::worker {
namespace {

// Signals to end that come so soon after the first say what it said.
constexpr absl::Duration kOneWish = absl::Seconds(1);

agent::Options AgentOptions(const Settings& settings) {
  return {settings.slots, settings.stop_limit, settings.leave_limit};
}

bool IsFencing(const absl::Status& why) { return absl::IsAborted(why) || absl::IsNotFound(why); }

const char* PhraseFor(const absl::Status& why) {
  if (IsFencing(why)) return "coordinator refused this incarnation";
  if (absl::IsUnavailable(why) || absl::IsDeadlineExceeded(why)) return "coordinator is away";
  return "coordinator refused this worker";
}

// Before a worker offers slots that could run nothing.
absl::Status CheckTrainer(const std::string& path) {
  if (::access(path.c_str(), X_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--trainer ", path, ": ", std::strerror(errno),
                   "; name a program that this user may run, or put nepa-trainer beside "
                   "nepa-worker"));
}

// How a trainer waits for a rank; none where the program of a rank was named and may not know how.
std::optional<ProcessSpec> StandbySpec(const Settings& settings) {
  if (!settings.standby) return std::nullopt;
  return ProcessSpec{settings.trainer,
                     {"--standby"},
                     TrainerEnvironment(OwnEnvironment(), settings.trainer_environment, {}),
                     absl::StrCat(settings.state, "/standby.log")};
}

timespec Until(absl::Time wake, absl::Time now) {
  const absl::Duration wait = std::clamp(wake - now, absl::ZeroDuration(), absl::Hours(1));
  return absl::ToTimespec(wait);
}

}  // namespace

Daemon::Daemon(Settings settings, io::UniqueFd signals, StateFolder state)
    : settings_(std::move(settings)),
      signals_(std::move(signals)),
      state_(std::move(state)),
      storage_(settings_.storage),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(*registry_, settings_.series_stay),
      agent_(AgentOptions(settings_)),
      ranks_(settings_.trainer, StandbySpec(settings_), state_) {}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(Settings settings, io::UniqueFd signals) {
  NEPA_RETURN_IF_ERROR(CheckTrainer(settings.trainer));
  NEPA_ASSIGN_OR_RETURN(StateFolder state, StateFolder::Open(settings.state));
  NEPA_RETURN_IF_ERROR(state.EndStaleRanks());
  std::unique_ptr<Daemon> daemon(
      new Daemon(std::move(settings), std::move(signals), std::move(state)));
  NEPA_RETURN_IF_ERROR(daemon->Serve());
  return daemon;
}

absl::Status Daemon::Serve() {
  metrics::HttpServer::Options options;
  options.host = settings_.http.host;
  options.port = settings_.http.port;
  options.registry = registry_;
  options.ready = [this] {
    if (ready_) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("the coordinator at ", settings_.coordinator, " does not answer"));
  };
  absl::StatusOr<std::unique_ptr<metrics::HttpServer>> served =
      metrics::HttpServer::Start(std::move(options));
  NEPA_RETURN_IF_ERROR(flags::ListenFault("--http", settings_.http, served.status()));
  http_ = *std::move(served);
  http_address_ = flags::ToString({settings_.http.host, http_->port()});
  NEPA_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> shown,
                        credentials::ForClient(settings_.doors, settings_.coordinator));
  link_ = std::make_unique<CoordinatorLink>(rpc::MakeChannel(settings_.coordinator, shown),
                                            [this](LinkEvent event) {
                                              if (auto* down = std::get_if<LinkDown>(&event))
                                                down->why = Explained(down->why);
                                              link_events_.Push(std::move(event));
                                            });
  NEPA_RETURN_IF_ERROR(state_.WriteEndpoints(http_address_));
  LogInfo("worker serves", {{"name", settings_.name},
                            {"slots", settings_.slots},
                            {"device", settings_.device},
                            {"http", http_address_},
                            {"coordinator", settings_.coordinator}});
  return absl::OkStatus();
}

// On gRPC's thread, since it may take a second or two.
absl::Status Daemon::Explained(const absl::Status& why) const {
  if (!absl::IsUnavailable(why) && !absl::IsDeadlineExceeded(why)) return why;
  std::string reason = credentials::Diagnose(settings_.doors, settings_.coordinator);
  if (reason.empty() && absl::IsDeadlineExceeded(why)) {
    reason = credentials::WhyNoConnection(settings_.coordinator);
  }
  return reason.empty()
             ? why
             : absl::Status(why.code(), absl::StrCat(settings_.coordinator, ": ", reason));
}

void Daemon::Run() {
  while (!finished_) {
    Do(agent_.Tick(clock_()));
    metrics_.Expire(clock_());
    NoteConnection();
    if (!finished_) Wait();
  }
  LogInfo("worker ends");
}

void Daemon::Wait() {
  std::vector<pollfd> polls = {{signals_.get(), POLLIN, 0}, {link_events_.fd(), POLLIN, 0}};
  const size_t first_rank = polls.size();
  std::vector<agent::RankId> ids;
  if (!agent_.congested()) ranks_.AppendPolls(polls, ids);
  const timespec timeout = Until(std::min(agent_.NextWake(), metrics_.NextExpiry()), clock_());
  if (::ppoll(polls.data(), polls.size(), &timeout, nullptr) <= 0) return;
  if (polls[1].revents != 0) TakeLinkEvents();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (polls[first_rank + i].revents != 0) TakeFrames(ids[i], ranks_.Read(ids[i]));
  }
  if (polls[0].revents != 0) TakeSignals();
}

void Daemon::TakeSignals() {
  for (const int number : ReadSignals(signals_.get())) {
    if (number == SIGCHLD) continue;  // TakeEnds looks at every process
    const absl::Time now = clock_();
    const bool at_once = AskedAgain(now);
    LogInfo(at_once ? "asked again to end, killing ranks" : "asked to end, stopping ranks",
            {{"signal", number}, {"ranks", agent_.running_ranks()}});
    Do(agent_.Leave(at_once, now));
  }
  TakeEnds();
}

// One wish to end may come as several signals: the kernel sends one for each thread of a parent
// that was killed, a terminal one to the group beside that of a supervisor.
bool Daemon::AskedAgain(absl::Time now) {
  if (!asked_to_end_at_.has_value()) asked_to_end_at_ = now;
  return now - *asked_to_end_at_ >= kOneWish;
}

void Daemon::TakeLinkEvents() {
  for (LinkEvent& event : link_events_.Drain()) {
    std::visit([this](auto& e) { Take(std::move(e)); }, event);
  }
}

void Daemon::TakeFrames(const agent::RankId& id, FramesRead read) {
  const absl::Time now = clock_();
  for (const frames::Frame& frame : read.frames) {
    if (id.rank == 0) metrics_.Observe(id.attempt, frame);
    if (std::holds_alternative<frames::Progress>(frame)) ranks_.FillStandby();
    Do(agent_.FrameRead(id, frame, now));
  }
  if (!read.fault.ok()) Do(agent_.BadFrame(id, read.fault, now));
}

void Daemon::TakeEnds() {
  for (RankEnd& ended : ranks_.TakeEnded()) {
    TakeFrames(ended.id, std::move(ended.rest));
    const absl::Time now = clock_();
    LogInfo("rank ended", {{"job", ended.id.attempt.job_id},
                           {"attempt", ended.id.attempt.attempt},
                           {"rank", ended.id.rank},
                           {"status", ended.end.exit_status},
                           {"signal", ended.end.signal_number}});
    if (ended.id.rank == 0) metrics_.Ended(ended.id.attempt, now);
    Do(agent_.Ended(ended.id, ended.end, now));
    if (ranks_.empty()) ranks_.FillStandby();
  }
}

void Daemon::Take(LinkRegistered event) {
  LogInfo("registered",
          {{"worker", event.registered.worker_id}, {"incarnation", event.registered.incarnation}});
  if (settings_.storage.empty()) storage_ = event.registered.storage;
  if (ranks_.empty()) ranks_.FillStandby();
  Do(agent_.Registered(event.registered, clock_()));
}

void Daemon::Take(LinkOrders event) {
  Do(agent_.OrdersReceived(event.orders, clock_()));
  link_->ReadNext();
}

void Daemon::Take(LinkWritten) { Do(agent_.ReportWritten(clock_())); }

void Daemon::Take(LinkDown event) {
  const std::string why(event.why.message());
  if (why != why_down_) {  // a coordinator that is away is one line, not one a second
    LogWarning(PhraseFor(event.why), {{"why", why}, {"ranks", agent_.running_ranks()}});
    why_down_ = why;
  }
  const absl::Time now = clock_();
  Do(IsFencing(event.why) ? agent_.Fenced(now) : agent_.LinkLost(now));
}

void Daemon::NoteConnection() {
  const bool connected = agent_.connected();
  ready_ = connected;
  if (connected == was_connected_) return;
  was_connected_ = connected;
  if (connected) {
    LogInfo("coordinator answers", {{"ranks", agent_.running_ranks()}});
    why_down_.clear();
  }
}

void Daemon::Do(agent::Effects effects) {
  for (const agent::Effect& effect : effects) {
    std::visit([this](const auto& e) { Carry(e); }, effect);
  }
}

}  // namespace nepa::worker
