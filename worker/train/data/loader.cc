#include "worker/train/data/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/exception_status.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "worker/train/data/buffer_pool.h"
#include "worker/train/data/digest.h"
#include "worker/train/data/micro_batch_plan.h"

namespace nepa::data {
namespace {

// Units that a thread takes at a time: the lock costs nothing beside them.
constexpr size_t kUnitsAtOnce = 8;

using Clock = std::chrono::steady_clock;

// One micro-batch on its way: planned, worked on by several threads, complete.
struct Slot {
  MicroBatchPlan plan;
  size_t claimed = 0;  // units taken by threads
  size_t done = 0;     // units finished
  absl::Status error;  // of the failed sample that stands first
  int64_t error_place = 0;

  bool complete() const { return done == plan.units.size(); }
  bool has_work() const { return claimed < plan.units.size(); }
};

class ThreadedLoader : public Loader {
 public:
  ThreadedLoader(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options,
                 const Sampler& sampler)
      : dataset_(std::move(dataset)),
        options_(options),
        sampler_(sampler),
        sample_floats_(static_cast<size_t>(options.transform.channels) *
                       options.transform.image_size * options.transform.image_size),
        pool_(std::make_shared<BufferPool>(sample_floats_ * LargestMicroBatch(),
                                           static_cast<size_t>(options.prefetch) + 2)),
        next_{options.start, 0} {}

  // Not the constructor's: where a thread cannot be started, the destructor must stop the others.
  void StartThreads() {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Run(); });
  }

  ~ThreadedLoader() override {
    Cancel();
    for (std::thread& thread : threads_) thread.join();
  }

  absl::StatusOr<Batch> Next() override {
    const Clock::time_point begin = Clock::now();
    MutexLock lock(mutex_);
    while (!cancelled_ && error_.ok() && !(slots_.empty() ? AtEnd() : slots_.front()->complete())) {
      batch_ready_.Wait(lock);
    }
    waited_nanoseconds_ +=
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
    if (cancelled_) return absl::CancelledError("loading was cancelled");
    if (!error_.ok()) return error_;
    if (slots_.empty()) return absl::OutOfRangeError("the last batch has been loaded");
    std::unique_ptr<Slot> slot = std::move(slots_.front());
    slots_.pop_front();
    work_ready_.NotifyAll();
    if (!slot->error.ok()) return error_ = slot->error;
    return std::move(slot->plan.batch);
  }

  void Cancel() override {
    MutexLock lock(mutex_);
    cancelled_ = true;
    work_ready_.NotifyAll();
    batch_ready_.NotifyAll();
  }

  absl::Duration waited() const override { return absl::Nanoseconds(waited_nanoseconds_.load()); }
  const Sampler& sampler() const override { return sampler_; }

 private:
  size_t LargestMicroBatch() const {
    const Slice slice = RankSlice(options_.global_batch, options_.rank, options_.world_size);
    // The slices of a shorter last batch are cut elsewhere, but none is larger by more than one.
    const int64_t largest = slice.size() + 1;
    return static_cast<size_t>(options_.micro_batch > 0 ? std::min(options_.micro_batch, largest)
                                                        : largest);
  }

  bool AtEnd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!options_.end.has_value()) return false;
    const Cursor& end = *options_.end;
    return next_.cursor.epoch > end.epoch ||
           (next_.cursor.epoch == end.epoch && next_.cursor.batch >= end.batch);
  }

  // The slot to work on, a new one if need be; null while there is nothing to do. A slot without
  // work (this rank has no part of a last batch) is complete at once, and Next()'s to take away.
  Slot* SlotWithWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!slots_.empty() && slots_.back()->has_work()) return slots_.back().get();
    while (slots_.size() < static_cast<size_t>(options_.prefetch) && !AtEnd() && error_.ok()) {
      slots_.push_back(PlanNext());
      if (slots_.back()->has_work()) {
        work_ready_.NotifyAll();
        return slots_.back().get();
      }
      batch_ready_.NotifyAll();
    }
    return nullptr;
  }

  std::unique_ptr<Slot> PlanNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto slot = std::make_unique<Slot>();
    slot->plan = PlanMicroBatch(options_, *dataset_, sampler_, next_);
    Batch& batch = slot->plan.batch;
    batch.pixels = pool_->Take();
    if (options_.digests) batch.digests.resize(batch.samples.size());
    next_ = NextMicroBatch(sampler_, next_, batch.micro_count);
    return slot;
  }

  // What every thread of the pool does. The one place where exceptions on it end: memory may run
  // out while a batch is planned or an image is read.
  void Run() {
    try {
      Work();
    } catch (const std::exception& error) {
      MutexLock lock(mutex_);
      if (error_.ok()) error_ = ExceptionStatus(error, "loading images");
      batch_ready_.NotifyAll();
    }
  }

  void Work() {
    TransformScratch scratch;
    std::vector<float> partner(options_.mixing.on() ? sample_floats_ : 0);
    MutexLock lock(mutex_);
    while (!cancelled_) {
      Slot* const slot = SlotWithWork();
      if (slot == nullptr) {
        work_ready_.Wait(lock);
        continue;
      }
      const size_t begin = slot->claimed;
      const size_t end = std::min(begin + kUnitsAtOnce, slot->plan.units.size());
      slot->claimed = end;
      lock.Unlock();
      absl::Status error;
      int64_t error_place = 0;
      for (size_t i = begin; i < end && error.ok(); ++i) {
        error_place = slot->plan.units[i].place;
        error = Fill(slot->plan.units[i], slot->plan.batch, scratch, absl::MakeSpan(partner));
      }
      lock.Lock();
      if (!error.ok() && (slot->error.ok() || error_place < slot->error_place)) {
        slot->error = error;
        slot->error_place = error_place;
      }
      slot->done += end - begin;
      if (slot->complete()) batch_ready_.NotifyAll();
    }
  }

  absl::Span<float> PixelsAt(const Batch& batch, int64_t place) const {
    return {batch.pixels.get() + place * sample_floats_, sample_floats_};
  }

  absl::Status Prepare(const Batch& batch, int64_t sample, TransformScratch& scratch,
                       absl::Span<float> pixels) const {
    RandomStream random(options_.seed, Purpose::kAugmentation, static_cast<uint64_t>(batch.epoch),
                        static_cast<uint64_t>(sample));
    return TransformSample(*dataset_, sample, options_.transform, random, scratch, pixels);
  }

  absl::Status PrepareAt(Batch& batch, int64_t place, TransformScratch& scratch) const {
    const absl::Span<float> pixels = PixelsAt(batch, place);
    NEPA_RETURN_IF_ERROR(Prepare(batch, batch.samples[place], scratch, pixels));
    if (options_.digests) batch.digests[place] = PixelDigest(pixels);
    return absl::OkStatus();
  }

  // Works one unit off. Units of a batch touch different places of it.
  absl::Status Fill(const WorkUnit& unit, Batch& batch, TransformScratch& scratch,
                    absl::Span<float> partner) const {
    NEPA_RETURN_IF_ERROR(PrepareAt(batch, unit.place, scratch));
    if (unit.partner_place.has_value()) {
      NEPA_RETURN_IF_ERROR(PrepareAt(batch, *unit.partner_place, scratch));
      partner = PixelsAt(batch, *unit.partner_place);
    } else if (unit.partner_sample.has_value()) {
      NEPA_RETURN_IF_ERROR(Prepare(batch, *unit.partner_sample, scratch, partner));
    } else {
      return absl::OkStatus();
    }
    ApplyMix(unit.mix, options_.transform.channels, options_.transform.image_size,
             unit.partner_place.has_value(), PixelsAt(batch, unit.place), partner);
    return absl::OkStatus();
  }

  const std::shared_ptr<const Dataset> dataset_;
  const LoaderOptions options_;
  const Sampler sampler_;
  const size_t sample_floats_;
  const std::shared_ptr<BufferPool> pool_;
  std::atomic<int64_t> waited_nanoseconds_ = 0;

  Mutex mutex_;
  Condition work_ready_;                      // a slot is free, or has units to take
  Condition batch_ready_;                     // the front slot is complete
  MicroCursor next_ ABSL_GUARDED_BY(mutex_);  // the next micro-batch to plan
  std::deque<std::unique_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);  // in order; at most `prefetch`
  absl::Status error_ ABSL_GUARDED_BY(mutex_);  // what Next() returns from now on
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;
};

absl::Status CheckOptions(const Dataset& dataset, const LoaderOptions& options) {
  if (options.global_batch < 1) {
    return absl::InvalidArgumentError("a global batch needs at least one sample");
  }
  if (options.last == config::LastBatch::kDrop && dataset.count() < options.global_batch) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the data holds ", dataset.count(), " samples, fewer than one global batch of ",
        options.global_batch, "; make batch.global smaller, or keep the incomplete batch with ",
        "batch.last: keep"));
  }
  NEPA_RETURN_IF_ERROR(CheckChannels(options.transform.channels));
  if (dataset.count() < 1) return absl::InvalidArgumentError("the data holds no samples");
  if (options.world_size < 1 || options.rank < 0 || options.rank >= options.world_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("rank ", options.rank, " is outside a world of ", options.world_size));
  }
  if (options.micro_batch < 0 || options.threads < 1 || options.prefetch < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("loading needs at least one thread and one micro-batch of room; it was given ",
                     options.threads, " threads, ", options.prefetch, " micro-batches of ",
                     options.micro_batch));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Loader>> Loader::Start(std::shared_ptr<const Dataset> dataset,
                                                      const LoaderOptions& options) {
  NEPA_RETURN_IF_ERROR(CheckOptions(*dataset, options));
  const Sampler sampler({.sample_count = dataset->count(),
                         .global_batch = options.global_batch,
                         .last = options.last,
                         .order = options.order,
                         .seed = options.seed});
  auto loader = std::make_unique<ThreadedLoader>(std::move(dataset), options, sampler);
  loader->StartThreads();
  return loader;
}

}  // namespace nepa::data
