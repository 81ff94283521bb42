#include "worker/train/checkpoint/writer.h"

#include <ATen/ops/empty_like.h>

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/exception_status.h"
#include "common/base/status.h"

namespace nepa::checkpoint {
namespace {

// Makes `to` equal to `from` in memory of its own on the CPU, keeping what memory it has.
void Copy(const std::vector<model::NamedTensor>& from, std::vector<model::NamedTensor>& to) {
  to.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    to[i].name = from[i].name;
    const at::Tensor source = from[i].tensor.detach();
    if (!to[i].tensor.defined() || to[i].tensor.sizes() != source.sizes() ||
        to[i].tensor.scalar_type() != source.scalar_type()) {
      to[i].tensor =
          at::empty_like(source, source.options().device(at::kCPU), at::MemoryFormat::Contiguous);
    }
    to[i].tensor.copy_(source);
  }
}

}  // namespace

Writer::Writer(std::string checkpoints_folder, Callbacks callbacks)
    : checkpoints_folder_(std::move(checkpoints_folder)),
      callbacks_(std::move(callbacks)),
      thread_([this] { Run(); }) {}

Writer::~Writer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

absl::Status Writer::Start(const Content& content) {
  const absl::Time begin = SteadyNow();
  NEPA_RETURN_IF_ERROR(Wait());
  stall_began_ = begin;
  copy_.config = content.config;
  Copy(content.weights, copy_.weights);
  Copy(content.ema, copy_.ema);
  Copy(content.optimizer, copy_.optimizer);
  copy_.state = content.state;
  stall_ = SteadyNow() - begin;
  {
    const MutexLock lock(mutex_);
    busy_ = true;
  }
  changed_.NotifyAll();
  return absl::OkStatus();
}

absl::Status Writer::Wait() {
  MutexLock lock(mutex_);
  while (busy_) changed_.Wait(lock);
  return status_;
}

absl::Status Writer::status() {
  const MutexLock lock(mutex_);
  return status_;
}

// The one place where exceptions on the writer's thread end: LibTorch's and bad_alloc.
absl::Status Writer::WriteCatching() const {
  const absl::Time begin = SteadyNow();
  try {
    NEPA_ASSIGN_OR_RETURN(const Committed folder,
                          Write(checkpoints_folder_, copy_, callbacks_.before_commit));
    if (callbacks_.written != nullptr) {
      callbacks_.written({.folder = folder,
                          .state = copy_.state,
                          .write_began = begin,
                          .write_time = SteadyNow() - begin,
                          .stall_began = stall_began_,
                          .stall = stall_});
    }
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return ExceptionStatus(error, absl::StrCat("writing a checkpoint into ", checkpoints_folder_));
  }
}

void Writer::Run() {
  MutexLock lock(mutex_);
  for (;;) {
    while (!busy_ && !stopping_) changed_.Wait(lock);
    if (!busy_) return;
    lock.Unlock();
    absl::Status status = WriteCatching();
    lock.Lock();
    status_.Update(std::move(status));
    busy_ = false;
    changed_.NotifyAll();
  }
}

}  // namespace nepa::checkpoint
