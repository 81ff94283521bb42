#include "worker/runtime/standby.h"

#include <sys/wait.h>

#include <utility>

#include "common/base/log.h"

namespace nepa::worker {

Standby::~Standby() {
  if (!waiting_.has_value()) return;
  waiting_->Kill();
  ::waitpid(waiting_->pid(), nullptr, 0);
}

void Standby::Fill() {
  if (!spec_.has_value() || waiting_.has_value() || failed_) return;
  absl::StatusOr<Process> started = Process::Start(*spec_);
  if (!started.ok()) {
    failed_ = true;
    LogWarning("no trainer in waiting, ranks start without", {{"why", started.status().message()}});
    return;
  }
  waiting_.emplace(*std::move(started));
}

std::optional<Process> Standby::Take(const std::vector<std::string>& environment,
                                     const frames::Begin& begin) {
  Reap();
  if (!waiting_.has_value() || environment != spec_->environment) return std::nullopt;
  std::optional<Process> taken(std::move(*waiting_));
  waiting_.reset();
  taken->WriteControl(frames::Encode(begin));
  return taken;
}

void Standby::Reap() {
  if (!waiting_.has_value()) return;
  const std::optional<agent::ProcessEnd> end = waiting_->Reap();
  if (!end.has_value()) return;
  failed_ = true;
  LogWarning("the trainer in waiting ended, ranks start without",
             {{"status", end->exit_status}, {"signal", end->signal_number}});
  waiting_.reset();
}

}  // namespace nepa::worker
