// Kernels against plain loops in double.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "worker/train/kernels/activation.h"
#include "worker/train/kernels/attention.h"
#include "worker/train/kernels/layer_norm.h"
#include "worker/train/kernels/packing.h"

namespace nepa::kernels {
namespace {

std::vector<float> Random(size_t count, float scale) {
  std::mt19937 engine(1);
  std::normal_distribution<float> normal(0.0f, scale);
  std::vector<float> values(count);
  for (float& value : values) value = normal(engine);
  return values;
}

std::vector<Bf16> ToBf16(const std::vector<float>& values) {
  std::vector<Bf16> low;
  for (const float value : values) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    low.push_back({static_cast<uint16_t>(bits >> 16)});
  }
  return low;
}

TEST(ActivationTest, GeluIsTheExactForm) {
  std::vector<float> x;
  for (float v = -12.0f; v <= 12.0f; v += 0.01f) x.push_back(v);
  const auto n = static_cast<int64_t>(x.size());
  const std::vector<float> bias(x.size(), 0.0f), ones(x.size(), 1.0f);
  std::vector<float> slopes(x.size()), after(x.size()), slope(x.size()), sums(x.size());
  ActivateRows(Curve::kGelu, x.data(), n, 1, n, bias.data(), slopes.data(), after.data(), n);
  ActivateBackwardRows(ones.data(), n, 1, n, slopes.data(), slope.data(), n, sums.data());
  for (size_t i = 0; i < x.size(); ++i) {
    const double phi = 0.5 * std::erfc(-x[i] / std::sqrt(2.0));
    EXPECT_NEAR(after[i], x[i] * phi, 4e-7 * std::max(1.0f, std::abs(x[i]))) << x[i];
    EXPECT_NEAR(slope[i], phi + x[i] * std::exp(-0.5 * x[i] * x[i]) / std::sqrt(2 * M_PI), 5e-7);
  }
}

TEST(ActivationTest, SiluHoldsFarOut) {
  const std::vector<float> x = {-200.0f, -90.0f, -3.0f, 0.0f, 2.5f, 90.0f, 200.0f};
  const auto n = static_cast<int64_t>(x.size());
  const std::vector<float> bias(x.size(), 0.0f);
  std::vector<float> slopes(x.size()), after(x.size());
  ActivateRows(Curve::kSilu, x.data(), n, 1, n, bias.data(), slopes.data(), after.data(), n);
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(after[i], x[i] / (1.0 + std::exp(-static_cast<double>(x[i]))),
                1e-6 * std::max(1.0f, std::abs(x[i])));
  }
}

TEST(LayerNormTest, NormalisesRowsOfAnyWidth) {
  for (const int64_t D : {4, 16, 40, 129}) {
    const std::vector<float> x = Random(static_cast<size_t>(3 * D), 2.0f);
    const std::vector<float> weight(static_cast<size_t>(D), 2.0f),
        bias(static_cast<size_t>(D), 1.0f);
    std::vector<float> y(x.size());
    LayerNormRows(x.data(), 3, D, weight.data(), bias.data(), 1e-12f, y.data());
    for (int64_t r = 0; r < 3; ++r) {
      double mean = 0.0, variance = 0.0;
      for (int64_t j = 0; j < D; ++j) mean += x[static_cast<size_t>(r * D + j)] / D;
      for (int64_t j = 0; j < D; ++j) {
        variance += std::pow(x[static_cast<size_t>(r * D + j)] - mean, 2) / D;
      }
      for (int64_t j = 0; j < D; ++j) {
        const auto i = static_cast<size_t>(r * D + j);
        EXPECT_NEAR(y[i], (x[i] - mean) / std::sqrt(variance) * 2.0 + 1.0, 2e-6);
      }
    }
  }
}

TEST(PackingTest, TransposesAnySize) {
  constexpr int64_t K = 37, M = 21, padded = 64;
  const std::vector<float> source = Random(K * M, 1.0f);
  std::vector<float> out(M * padded, -1.0f);
  Transpose(source.data(), M, K, padded, M, out.data(), padded);
  const std::vector<Bf16> low = ToBf16(source);
  std::vector<Bf16> low_out(M * padded);
  Transpose(low.data(), M, K, padded, M, low_out.data(), padded);
  for (int64_t m = 0; m < M; ++m) {
    for (int64_t k = 0; k < padded; ++k) {
      const auto to = static_cast<size_t>(m * padded + k);
      const auto from = static_cast<size_t>(k * M + m);
      EXPECT_EQ(out[to], k < K ? source[from] : 0.0f);
      EXPECT_EQ(low_out[to].bits, k < K ? low[from].bits : 0);
    }
  }
}

TEST(PackingTest, BothWaysOfInterleavingGiveTheSameOperand) {
  constexpr int64_t K = 50, padded = 64, N = 48;
  const std::vector<float> source = Random(K * N, 1.0f);
  std::vector<float> turned(K * N);
  for (int64_t k = 0; k < K; ++k) {
    for (int64_t n = 0; n < N; ++n) {
      turned[static_cast<size_t>(n * K + k)] = source[static_cast<size_t>(k * N + n)];
    }
  }
  std::vector<Bf16> rows(padded * N), columns(padded * N);
  const float* unscaled = nullptr;
  PackRows(source.data(), N, K, padded, N, unscaled, rows.data());
  PackTransposed(turned.data(), K, K, padded, N, N, unscaled, columns.data());
  EXPECT_EQ(std::memcmp(rows.data(), columns.data(), rows.size() * sizeof(Bf16)), 0);
}

TEST(SoftmaxTest, SeesNoLaterKeyWhenCausalAndKeepsNan) {
  constexpr int64_t T = 19, P = 32;
  std::vector<float> scores = Random(T * P, 3.0f);
  const std::vector<float> given = scores;
  std::vector<float> shares(T * P), log_sum(T);
  SoftmaxRows(scores.data(), P, T, 0, P, T, true, shares.data(), P, log_sum.data());
  for (int64_t r = 0; r < T; ++r) {
    double sum = 0.0;
    for (int64_t j = 0; j <= r; ++j) sum += std::exp(given[static_cast<size_t>(r * P + j)]);
    EXPECT_NEAR(log_sum[static_cast<size_t>(r)], std::log(sum), 1e-5);
    for (int64_t j = 0; j < P; ++j) {
      const auto i = static_cast<size_t>(r * P + j);
      EXPECT_NEAR(shares[i], j <= r ? std::exp(given[i]) / sum : 0.0, 1e-6);
    }
  }
  scores = given;
  scores[3 * P + 1] = NAN;
  SoftmaxRows(scores.data(), P, T, 0, P, T, true, shares.data(), P, log_sum.data());
  EXPECT_TRUE(std::isnan(shares[3 * P + 1]));
  EXPECT_FALSE(std::isnan(shares[1 * P + 1]));
}

}  // namespace
}  // namespace nepa::kernels
