#include "worker/train/data/loader.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "common/base/exception_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/train/data/digest.h"
#include "worker/train/data/synthetic.h"

namespace nepa::data {
namespace {

using testing::HasSubstr;

constexpr int64_t kCount = 50;
constexpr int64_t kSampleFloats = 3 * 8 * 8;

// Everything at once, on small images.
LoaderOptions Options() {
  config::JobSpec spec;
  spec.augmentation.rand_augment = "rand-m9-mstd0.5-inc1";
  spec.augmentation.erasing = 0.25;
  spec.batch.global = 16;
  spec.seed = 11;
  spec.ledger = true;
  config::ModelConfig model;
  model.image_size = 8;
  LoaderOptions options = *TrainingLoaderOptions(spec, model);
  options.end = Cursor{2, 0};
  return options;
}

std::shared_ptr<const Dataset> Data() { return MakeSynthetic(kCount, 5, 3); }

// What a sample of a global batch looks like to the model.
struct Seen {
  int64_t sample, label;
  std::string digest;
  std::vector<float> pixels;
  int64_t partner_label;
  float own_weight;
  bool operator==(const Seen&) const = default;
};
using Place = std::tuple<int64_t, int64_t, int64_t>;  // epoch, batch, position
using Everything = std::map<Place, Seen>;

void Load(const LoaderOptions& options, Everything& seen) {
  auto loader = Loader::Start(Data(), options);
  ASSERT_TRUE(loader.ok()) << loader.status();
  while (true) {
    const absl::StatusOr<Batch> batch = (*loader)->Next();
    if (batch.status().code() == absl::StatusCode::kOutOfRange) return;
    ASSERT_TRUE(batch.ok()) << batch.status();
    for (int64_t i = 0; i < batch->size(); ++i) {
      const float* const pixels = batch->pixels.get() + i * kSampleFloats;
      const bool mixed = !batch->own_weights.empty();
      const Seen sample = {batch->samples[i],
                           batch->labels[i],
                           batch->digests[i],
                           {pixels, pixels + kSampleFloats},
                           mixed ? batch->partner_labels[i] : -1,
                           mixed ? batch->own_weights[i] : 1};
      const Place place = {batch->epoch, batch->batch, batch->first_position + i};
      EXPECT_TRUE(seen.emplace(place, sample).second) << "seen twice";
    }
  }
}

Everything LoadAll(const LoaderOptions& options) {
  Everything seen;
  Load(options, seen);
  return seen;
}

TEST(LoaderTest, AnEvaluationsBatchIsThatOfEachRank) {
  config::JobSpec spec;
  spec.evaluation.batch = 10;
  config::ModelConfig model;
  model.image_size = 8;
  std::set<int64_t> seen;
  for (const int64_t rank : {0, 1}) {
    auto loader = Loader::Start(Data(), EvaluationLoaderOptions(spec, model, rank, 2));
    ASSERT_TRUE(loader.ok()) << loader.status();
    std::vector<int64_t> sizes;
    for (;;) {
      const absl::StatusOr<Batch> batch = (*loader)->Next();
      if (!batch.ok()) break;
      sizes.push_back(batch->size());
      seen.insert(batch->samples.begin(), batch->samples.end());
    }
    EXPECT_EQ(sizes, (std::vector<int64_t>{10, 10, 5}));
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kCount));
}

TEST(LoaderTest, ShowsEachEpochsSamplesOnceAndDropsTheRest) {
  const Everything seen = LoadAll(Options());
  EXPECT_EQ(seen.size(), 2u * 48);
  for (const int64_t epoch : {0, 1}) {
    std::set<int64_t> samples;
    for (const auto& [place, sample] : seen) {
      if (std::get<0>(place) == epoch) samples.insert(sample.sample);
    }
    EXPECT_EQ(samples.size(), 48u);
  }
}

TEST(LoaderTest, AnyNumberOfThreadsGivesTheSameBatches) {
  LoaderOptions options = Options();
  options.mixing = {.mixup = 0.8, .cutmix = 1};
  const Everything expected = LoadAll(options);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    EXPECT_EQ(LoadAll(options), expected) << threads;
  }
}

TEST(LoaderTest, AnyWorldSizeAndMicroBatchGivesTheSameGlobalBatches) {
  LoaderOptions options = Options();
  options.last = config::LastBatch::kKeep;
  for (const bool mixed : {false, true}) {
    if (mixed) options.mixing = {.mixup = 0.8, .cutmix = 1};
    options.world_size = 1;
    options.rank = 0;
    options.micro_batch = 0;
    const Everything expected = LoadAll(options);
    EXPECT_EQ(expected.size(), 2u * kCount);
    for (const int64_t world_size : {1, 2, 3, 4}) {
      Everything seen;
      options.world_size = world_size;
      options.micro_batch = 3;
      for (options.rank = 0; options.rank < world_size; ++options.rank) Load(options, seen);
      EXPECT_EQ(seen, expected) << world_size << " ranks, mixed " << mixed;
    }
  }
}

TEST(LoaderTest, StartsAnywhere) {
  LoaderOptions options = Options();
  Everything expected = LoadAll(options);
  options.start = {1, 2};
  const Everything seen = LoadAll(options);
  expected.erase(expected.begin(), expected.lower_bound(Place{1, 2, 0}));
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(seen.size(), 16u);
}

TEST(LoaderTest, EveryEpochAndSeedAugmentsAnew) {
  LoaderOptions options = Options();
  std::set<std::string> digests;
  for (const auto& [place, sample] : LoadAll(options)) digests.insert(sample.digest);
  options.seed = 12;
  for (const auto& [place, sample] : LoadAll(options)) digests.insert(sample.digest);
  EXPECT_EQ(digests.size(), 4u * 48);
}

TEST(LoaderTest, DigestsAreThoseOfThePixelsBeforeMixing) {
  LoaderOptions options = Options();
  const Everything plain = LoadAll(options);
  options.mixing = {.mixup = 0.8, .cutmix = 1};
  const Everything mixed = LoadAll(options);
  for (const auto& [place, sample] : plain) {
    EXPECT_EQ(sample.digest, PixelDigest(sample.pixels));
    EXPECT_EQ(sample.digest, mixed.at(place).digest);
    EXPECT_EQ(sample.digest.size(), 16u);
  }
}

TEST(LoaderTest, TellsWhereAMicroBatchStands) {
  LoaderOptions options = Options();
  options.world_size = 2;
  options.rank = 1;
  options.micro_batch = 3;
  const auto loader = *Loader::Start(Data(), options);
  for (const auto& [micro, position, size] :
       {std::tuple(0, 8, 3), std::tuple(1, 11, 3), std::tuple(2, 14, 2)}) {
    const Batch batch = *loader->Next();
    EXPECT_EQ(batch.global_size, 16);
    EXPECT_EQ(batch.rank_size, 8);
    EXPECT_EQ(batch.micro_count, 3);
    EXPECT_EQ(batch.micro, micro);
    EXPECT_EQ(batch.first_position, position);
    EXPECT_EQ(batch.size(), size);
  }
  EXPECT_EQ((*loader->Next()).batch, 1);
}

TEST(LoaderTest, ARankWithoutAPartOfTheLastBatchGetsAnEmptyOne) {
  LoaderOptions options = Options();
  options.last = config::LastBatch::kKeep;  // 50 = 3 · 16 + 2
  options.world_size = 4;
  options.rank = 0;
  options.start = {0, 3};
  const auto loader = *Loader::Start(Data(), options);
  const Batch batch = *loader->Next();
  EXPECT_EQ(batch.global_size, 2);
  EXPECT_EQ(batch.size(), 0);
  EXPECT_EQ(batch.micro_count, 1);
  EXPECT_EQ((*loader->Next()).epoch, 1);
}

TEST(LoaderTest, ABatchOutlivesItsLoader) {
  auto loader = *Loader::Start(Data(), Options());
  const Batch batch = *loader->Next();
  loader.reset();
  EXPECT_EQ(PixelDigest({batch.pixels.get(), kSampleFloats}), batch.digests[0]);
}

TEST(LoaderTest, CancellingEndsNext) {
  const auto loader = *Loader::Start(Data(), Options());
  loader->Cancel();
  EXPECT_EQ(loader->Next().status().code(), absl::StatusCode::kCancelled);
}

// Samples from 7 on can't be read.
class Broken : public Dataset {
 public:
  int64_t count() const override { return whole_->count(); }
  int32_t label(int64_t index) const override { return whole_->label(index); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose,
                                 Image& storage) const override {
    if (index >= 7) return absl::DataLossError(Describe(index));
    return whole_->Read(index, choose, storage);
  }
  std::string Describe(int64_t index) const override { return absl::StrCat("image ", index); }

 private:
  std::shared_ptr<const Dataset> whole_ = Data();
};

TEST(LoaderTest, AnImageThatCannotBeReadIsTheErrorOfItsBatchAndStays) {
  LoaderOptions options = Options();
  options.order = Order::kSequential;
  options.global_batch = 4;
  options.threads = 3;
  const auto loader = *Loader::Start(std::make_shared<Broken>(), options);
  EXPECT_TRUE(loader->Next().ok());
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = loader->Next().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(status.message(), "image 7");
  }
}

TEST(LoaderTest, OfSeveralErrorsTheFirstInTheBatchIsTold) {
  LoaderOptions options = Options();
  options.order = Order::kSequential;
  options.global_batch = 48;
  options.threads = 4;
  for (int i = 0; i < 20; ++i) {
    const auto loader = *Loader::Start(std::make_shared<Broken>(), options);
    EXPECT_EQ(loader->Next().status().message(), "image 7");
  }
}

// Reading throws `Thrown`.
template <typename Thrown>
class Throwing : public Broken {
 public:
  absl::StatusOr<ImageView> Read(int64_t, ChooseRegion, Image&) const override { throw Thrown(); }
};
struct Odd : std::exception {
  const char* what() const noexcept override { return "odd\nstack"; }
};

TEST(LoaderTest, MemoryThatRunsOutIsAnErrorThatSaysSoAndStays) {
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
  GTEST_SKIP() << "sanitizers end the process where new throws";
#endif
  LoaderOptions options = Options();
  options.threads = 3;
  const auto reading = *Loader::Start(std::make_shared<Throwing<std::bad_alloc>>(), options);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(IsOutOfMemory(reading->Next().status()));
  // Room for one batch of 3 · 16384 · 16384 floats an image is more than any machine has.
  options.transform.image_size = 16384;
  options.last = config::LastBatch::kKeep;
  options.global_batch = 1 << 30;
  const auto planning = *Loader::Start(Data(), options);
  EXPECT_TRUE(IsOutOfMemory(planning->Next().status()));
}

TEST(LoaderTest, AnotherExceptionOfALoadersThreadIsAnInternalError) {
  const auto loader = *Loader::Start(std::make_shared<Throwing<Odd>>(), Options());
  EXPECT_EQ(loader->Next().status(), absl::InternalError("loading images: odd"));
}

TEST(LoaderTest, RefusesOptionsThatMakeNoBatch) {
  const auto refusal = [](auto change) {
    LoaderOptions options = Options();
    change(options);
    const absl::Status status = Loader::Start(Data(), options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refusal([](LoaderOptions& o) { o.global_batch = 64; }),
              HasSubstr("the data holds 50 samples, fewer than one global batch of 64"));
  EXPECT_THAT(refusal([](LoaderOptions& o) { o.rank = 1; }),
              HasSubstr("rank 1 is outside a world of 1"));
  EXPECT_THAT(refusal([](LoaderOptions& o) { o.threads = 0; }), HasSubstr("at least one thread"));
  EXPECT_THAT(refusal([](LoaderOptions& o) { o.transform.channels = 2; }),
              HasSubstr("reads 2 channels, but images are grey (1) or colour (3)"));
}

}  // namespace
}  // namespace nepa::data
