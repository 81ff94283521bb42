#include "common/base/mutex.h"
#include "worker/train/collective/collective.h"

namespace nepa::collective {
namespace {

class SingleProcess final : public Collective {
 public:
  int64_t rank() const override { return 0; }
  int64_t world_size() const override { return 1; }

  absl::Status AllReduceSum(const at::Tensor&) override { return Alive(); }
  absl::Status Broadcast(const at::Tensor&, int64_t) override { return Alive(); }
  absl::Status Barrier() override { return Alive(); }

  void Abort(absl::string_view reason) override {
    const MutexLock lock(mutex_);
    if (aborted_.ok()) aborted_ = absl::AbortedError(reason);
  }

 private:
  absl::Status Alive() {
    const MutexLock lock(mutex_);
    return aborted_;
  }

  Mutex mutex_;
  absl::Status aborted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Collective> MakeSingleProcess() { return std::make_unique<SingleProcess>(); }

}  // namespace nepa::collective
