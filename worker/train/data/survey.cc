#include "worker/train/data/survey.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <thread>

#include "common/base/mutex.h"
#include "worker/train/data/random.h"
#include "worker/train/data/sampler.h"

namespace nepa::data {
namespace {

using Clock = std::chrono::steady_clock;

// Runs `work` on `threads` threads and waits for all. An exception of theirs goes on in the
// caller's.
void OnThreads(int threads, const std::function<void()>& work) {
  std::vector<std::exception_ptr> thrown(static_cast<size_t>(threads));
  const auto run = [&work](std::exception_ptr& exception) {
    try {
      work();
    } catch (...) {
      exception = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> running;
    for (int i = 1; i < threads; ++i) running.emplace_back(run, std::ref(thrown[i]));
    run(thrown[0]);
  }
  for (const std::exception_ptr& exception : thrown) {
    if (exception != nullptr) std::rethrow_exception(exception);
  }
}

int64_t Area(Size size) { return int64_t{size.width} * size.height; }

// What the threads of ReadEverySample() find, together.
class Findings {
 public:
  void Add(int64_t index, const absl::StatusOr<ImageView>& image) {
    MutexLock lock(mutex_);
    if (!image.ok()) {
      ++survey_.failures;
      failures_.emplace(index, image.status());
      if (failures_.size() > kMaxFailuresKept) failures_.erase(std::prev(failures_.end()));
      return;
    }
    const Size size = image->size();
    if (survey_.images == 0 || Area(size) < Area(survey_.smallest)) survey_.smallest = size;
    if (survey_.images == 0 || Area(size) > Area(survey_.largest)) survey_.largest = size;
    ++survey_.images;
  }

  Survey Take() {
    MutexLock lock(mutex_);
    for (const auto& [index, status] : failures_) survey_.first_failures.push_back(status);
    return survey_;
  }

 private:
  Mutex mutex_;
  Survey survey_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Survey ReadEverySample(const Dataset& dataset, int threads) {
  Findings findings;
  std::atomic<int64_t> next = 0;
  OnThreads(threads, [&] {
    Image storage;
    for (int64_t i = next++; i < dataset.count(); i = next++) {
      findings.Add(i, dataset.Read(i, WholeImage, storage));
    }
  });
  return findings.Take();
}

LoadingRate MeasureLoading(const Dataset& dataset, const TransformOptions& options, uint64_t seed,
                           int threads, absl::Duration limit) {
  std::atomic<int64_t> next = 0, images = 0, skipped = 0;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + absl::ToChronoNanoseconds(limit);
  OnThreads(threads, [&] {
    TransformScratch scratch;
    std::vector<float> pixels(static_cast<size_t>(options.channels) * options.image_size *
                              options.image_size);
    while (Clock::now() < end) {
      const int64_t place = next++;
      const int64_t epoch = place / dataset.count();
      const int64_t sample = Permutation(dataset.count(), seed, static_cast<uint64_t>(epoch))
                                 .At(place % dataset.count());
      RandomStream random(seed, Purpose::kAugmentation, static_cast<uint64_t>(epoch),
                          static_cast<uint64_t>(sample));
      const absl::Status status =
          TransformSample(dataset, sample, options, random, scratch, absl::MakeSpan(pixels));
      ++(status.ok() ? images : skipped);
    }
  });
  return {images, skipped, absl::FromChrono(Clock::now() - begin)};
}

}  // namespace nepa::data
