#include "cli/job_stream.h"

#include <utility>

namespace nepa::cli {

JobStream::JobStream(Client& client, std::string job)
    : client_(client),
      job_(std::move(job)),
      thread_([this](std::stop_token stop) { Watch(std::move(stop)); }) {}

JobStream::News JobStream::Take() {
  MutexLock lock(mutex_);
  event_.Clear();
  return std::exchange(news_, News());
}

void JobStream::Watch(std::stop_token stop) {
  absl::Status end = client_.WatchJob(job_, stop, [this](const v1::Job& job) {
    MutexLock lock(mutex_);
    news_.job = job;
    event_.Signal();
  });
  MutexLock lock(mutex_);
  news_.end = std::move(end);
  event_.Signal();
}

}  // namespace nepa::cli
