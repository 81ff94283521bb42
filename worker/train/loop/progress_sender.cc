#include "worker/train/loop/progress_sender.h"

#include <utility>

#include "common/base/clock.h"

namespace nepa::loop {

ProgressSender::ProgressSender(FrameOutput& output, absl::Duration least)
    : output_(output), least_(least), thread_([this] { Run(); }) {}

ProgressSender::~ProgressSender() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

void ProgressSender::Offer(frames::Progress progress) {
  const MutexLock lock(mutex_);
  if (SteadyNow() - last_ >= least_) {
    Send(progress);
    return;
  }
  // Where something waits already, the thread knows when to wake.
  if (!waiting_.has_value()) changed_.NotifyAll();
  waiting_ = std::move(progress);
}

void ProgressSender::SendNow(const frames::Progress& progress) {
  const MutexLock lock(mutex_);
  Send(progress);
}

void ProgressSender::Send(const frames::Progress& progress) {
  output_.Send(progress);
  waiting_.reset();
  last_ = SteadyNow();
}

void ProgressSender::Run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (!waiting_.has_value()) {
      changed_.Wait(lock);
      continue;
    }
    const absl::Duration left = last_ + least_ - SteadyNow();
    if (left > absl::ZeroDuration()) {
      changed_.WaitFor(lock, left);
    } else {
      Send(frames::Progress(*waiting_));
    }
  }
  if (waiting_.has_value()) Send(frames::Progress(*waiting_));
}

}  // namespace nepa::loop
