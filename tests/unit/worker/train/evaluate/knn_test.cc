#include "worker/train/evaluate/knn.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "gtest/gtest.h"

namespace nepa::evaluate {
namespace {

at::Tensor Floats(std::vector<float> values, std::vector<int64_t> shape) {
  return at::tensor(values).reshape(shape);
}
at::Tensor Labels(std::vector<int64_t> values) { return at::tensor(values); }

// `gallery` stays as it is.
AccuracyCounts KnnAccuracy(const at::Tensor& gallery, const at::Tensor& gallery_labels,
                           const at::Tensor& queries, const at::Tensor& query_labels,
                           const KnnOptions& options) {
  return KnnGallery(gallery.clone(), gallery_labels).Accuracy(queries, query_labels, options);
}

TEST(KnnTest, LooksAtDirectionsNotAtLengths) {
  const at::Tensor gallery = Floats({100, 0, 0, 0.01f}, {2, 2});
  const AccuracyCounts counts =
      KnnAccuracy(gallery, Labels({0, 1}), Floats({0.1f, 5, 3, 1}, {2, 2}), Labels({1, 0}),
                  {.k = 1, .class_count = 2});
  EXPECT_EQ(counts.images, 2);
  EXPECT_EQ(counts.top1_correct, 2);
}

TEST(KnnTest, ManyFarNeighboursOutvoteOneNearOneAtAHighTemperatureOnly) {
  const at::Tensor gallery = Floats({1, 0, 0.8f, 0.6f, 0.8f, 0.6f}, {3, 2});
  const at::Tensor query = Floats({1, 0}, {1, 2});
  const auto right = [&](double temperature, int64_t label) {
    return KnnAccuracy(gallery, Labels({0, 1, 1}), query, Labels({label}),
                       {.k = 3, .temperature = temperature, .class_count = 2})
        .top1_correct;
  };
  EXPECT_EQ(right(0.07, 0), 1);  // 1 against 2 exp(-0.2 / 0.07) = 0.11
  EXPECT_EQ(right(1, 1), 1);     // 1 against 2 exp(-0.2) = 1.64
  EXPECT_EQ(right(1e-5, 0), 1);  // far below what exp() of a cosine would take
}

TEST(KnnTest, EqualVotesGoToTheLowestClass) {
  const at::Tensor gallery = Floats({1, 0, 1, 0}, {2, 2});
  const at::Tensor query = Floats({1, 0}, {1, 2});
  const KnnOptions options = {.k = 2, .class_count = 4};
  EXPECT_EQ(KnnAccuracy(gallery, Labels({3, 1}), query, Labels({1}), options).top1_correct, 1);
  EXPECT_EQ(KnnAccuracy(gallery, Labels({3, 1}), query, Labels({3}), options).top1_correct, 0);
  EXPECT_EQ(KnnAccuracy(gallery, Labels({3, 1}), query, Labels({3}), options).top5_correct, 1);
  // Nothing spoke for class 0.
  EXPECT_EQ(KnnAccuracy(gallery, Labels({3, 1}), query, Labels({0}), options).top5_correct, 0);
}

TEST(KnnTest, FeaturesThatAreNotNumbersAreWrong) {
  const at::Tensor gallery = at::full({3, 2}, std::numeric_limits<float>::quiet_NaN());
  const AccuracyCounts counts = KnnAccuracy(gallery, Labels({0, 0, 0}), gallery, Labels({0, 0, 0}),
                                            {.k = 2, .class_count = 1});
  EXPECT_EQ(counts.images, 3);
  EXPECT_EQ(counts.top1_correct, 0);
}

// The definition, one query at a time.
int64_t SlowCorrect(const at::Tensor& gallery, const at::Tensor& gallery_labels,
                    const at::Tensor& queries, const at::Tensor& query_labels,
                    const KnnOptions& options) {
  int64_t correct = 0;
  for (int64_t q = 0; q < queries.size(0); ++q) {
    std::multimap<double, int64_t, std::greater<>> nearest;
    for (int64_t g = 0; g < gallery.size(0); ++g) {
      const double cosine =
          (gallery[g].dot(queries[q]) / gallery[g].norm() / queries[q].norm()).item<double>();
      nearest.emplace(cosine, gallery_labels[g].item<int64_t>());
    }
    std::vector<double> votes(options.class_count, 0);
    auto neighbour = nearest.begin();
    for (int64_t k = 0; k < options.k; ++k, ++neighbour) {
      votes[neighbour->second] += std::exp(neighbour->first / options.temperature);
    }
    const auto best = std::max_element(votes.begin(), votes.end()) - votes.begin();
    correct += best == query_labels[q].item<int64_t>();
  }
  return correct;
}

TEST(KnnTest, EqualsTheDefinitionInAnyChunks) {
  const at::Generator random = at::detail::createCPUGenerator(3);
  const at::Tensor gallery_labels = at::randint(5, {80}, random, at::kLong);
  const at::Tensor query_labels = at::randint(5, {33}, random, at::kLong);
  const at::Tensor centers = at::randn({5, 6}, random);
  const at::Tensor gallery = centers.index_select(0, gallery_labels) + at::randn({80, 6}, random);
  const at::Tensor queries = centers.index_select(0, query_labels) + at::randn({33, 6}, random);
  KnnOptions options = {.k = 7, .class_count = 5};
  const int64_t expected = SlowCorrect(gallery, gallery_labels, queries, query_labels, options);
  EXPECT_GT(expected, 10);
  EXPECT_LT(expected, 33);
  for (const int64_t queries_at_once : {1, 10, 33, 1000}) {
    options.queries_at_once = queries_at_once;
    const AccuracyCounts counts =
        KnnAccuracy(gallery, gallery_labels, queries, query_labels, options);
    EXPECT_EQ(counts.top1_correct, expected) << queries_at_once;
    EXPECT_EQ(counts.images, 33);
  }
}

TEST(KnnTest, OneGalleryAnswersBatchAfterBatchAsItDoesAllAtOnce) {
  const at::Generator random = at::detail::createCPUGenerator(4);
  const at::Tensor labels = at::randint(5, {40}, random, at::kLong);
  const at::Tensor features = at::randn({40, 6}, random);
  const at::Tensor queries = at::randn({30, 6}, random) * 100;
  const at::Tensor query_labels = at::randint(5, {30}, random, at::kLong);
  const KnnOptions options = {.k = 7, .class_count = 5};
  const KnnGallery gallery(features, labels);
  int64_t top1 = 0, top5 = 0;
  for (int64_t first = 0; first < 30; first += 10) {
    const AccuracyCounts counts =
        gallery.Accuracy(queries.narrow(0, first, 10), query_labels.narrow(0, first, 10), options);
    top1 += counts.top1_correct;
    top5 += counts.top5_correct;
  }
  const AccuracyCounts whole = gallery.Accuracy(queries, query_labels, options);
  EXPECT_EQ(top1, whole.top1_correct);
  EXPECT_EQ(top5, whole.top5_correct);
  EXPECT_GT(top1, 0);
}

TEST(KnnTest, AGalleryIsScaledOnceWhereItLies) {
  const at::Tensor features = Floats({3, 4, 0, 2}, {2, 2});
  const KnnGallery gallery(features, Labels({0, 1}));
  EXPECT_TRUE(features.equal(Floats({3.0f / 5, 4.0f / 5, 0, 1}, {2, 2})));
  const at::Tensor scaled = features.clone();
  gallery.Accuracy(Floats({5, 1}, {1, 2}), Labels({0}), {.k = 1, .class_count = 2});
  EXPECT_TRUE(features.equal(scaled));
}

TEST(KnnTest, AGallerySmallerThanKIsUsedWhole) {
  const at::Tensor gallery = Floats({1, 0, 0, 1}, {2, 2});
  EXPECT_EQ(
      KnnAccuracy(gallery, Labels({0, 1}), gallery, Labels({0, 1}), {.k = 20, .class_count = 2})
          .top1_correct,
      2);
}

}  // namespace
}  // namespace nepa::evaluate
