#include "worker/train/collective/in_process.h"

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"

namespace nepa::collective {
namespace {

// The place where the ranks of a group meet. One operation at a time: every rank hands in its
// tensor, the last to come computes the result of all, and nobody leaves before it is there.
class Meeting {
 public:
  explicit Meeting(int64_t world_size) : tensors_(static_cast<size_t>(world_size)) {}

  // `combine` gets the tensors of all ranks, by rank, and writes each rank's result into its own.
  template <typename Combine>
  absl::Status Meet(int64_t rank, const at::Tensor& tensor, Combine combine) {
    MutexLock lock(mutex_);
    if (!broken_.ok()) return broken_;
    tensors_[static_cast<size_t>(rank)] = tensor;
    const int64_t round = round_;
    if (++arrived_ == static_cast<int64_t>(tensors_.size())) {
      combine(tensors_);
      arrived_ = 0;
      ++round_;
      changed_.NotifyAll();
      return absl::OkStatus();
    }
    while (round_ == round && broken_.ok()) changed_.Wait(lock);
    return round_ != round ? absl::OkStatus() : broken_;
  }

  void Break(const absl::Status& status) {
    const MutexLock lock(mutex_);
    if (broken_.ok()) broken_ = status;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  Condition changed_;
  std::vector<at::Tensor> tensors_ ABSL_GUARDED_BY(mutex_);
  int64_t arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);
};

class InProcess final : public Collective {
 public:
  InProcess(int64_t rank, int64_t world_size, std::shared_ptr<Meeting> meeting)
      : rank_(rank), world_size_(world_size), meeting_(std::move(meeting)) {}
  ~InProcess() override {
    meeting_->Break(absl::UnavailableError(absl::StrCat("rank ", rank_, " has left the group")));
  }

  int64_t rank() const override { return rank_; }
  int64_t world_size() const override { return world_size_; }

  absl::Status AllReduceSum(const at::Tensor& tensor) override {
    return Meet(tensor, [](std::vector<at::Tensor>& tensors) {
      at::Tensor sum = tensors[0].detach().clone();
      for (size_t rank = 1; rank < tensors.size(); ++rank) sum.add_(tensors[rank].detach());
      for (at::Tensor& tensor_of_rank : tensors) tensor_of_rank.detach().copy_(sum);
    });
  }

  absl::Status Broadcast(const at::Tensor& tensor, int64_t root) override {
    return Meet(tensor, [root](std::vector<at::Tensor>& tensors) {
      const at::Tensor source = tensors[static_cast<size_t>(root)].detach().clone();
      for (at::Tensor& tensor_of_rank : tensors) tensor_of_rank.detach().copy_(source);
    });
  }

  absl::Status Barrier() override {
    return Meet(at::Tensor(), [](std::vector<at::Tensor>&) {});
  }

  void Abort(absl::string_view reason) override {
    {
      const MutexLock lock(mutex_);
      if (aborted_.ok()) aborted_ = absl::AbortedError(reason);
    }
    meeting_->Break(absl::UnavailableError(absl::StrCat("rank ", rank_, " aborted: ", reason)));
  }

 private:
  template <typename Combine>
  absl::Status Meet(const at::Tensor& tensor, Combine combine) {
    absl::Status status = meeting_->Meet(rank_, tensor, combine);
    const MutexLock lock(mutex_);
    return aborted_.ok() ? status : aborted_;
  }

  const int64_t rank_;
  const int64_t world_size_;
  const std::shared_ptr<Meeting> meeting_;
  Mutex mutex_;
  absl::Status aborted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::vector<std::unique_ptr<Collective>> MakeInProcessGroup(int64_t world_size) {
  auto meeting = std::make_shared<Meeting>(world_size);
  std::vector<std::unique_ptr<Collective>> group;
  for (int64_t rank = 0; rank < world_size; ++rank) {
    group.push_back(std::make_unique<InProcess>(rank, world_size, meeting));
  }
  return group;
}

}  // namespace nepa::collective
