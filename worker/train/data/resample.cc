#include "worker/train/data/resample.h"

#include <algorithm>
#include <cmath>

namespace nepa::data {
namespace {

constexpr int kPrecisionBits = 22;

double Bilinear(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys' cubic with a = -0.5.
double Bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// Outputs of one axis: `count` of them from `begin` on.
struct Range {
  int begin = 0;
  int count = 0;
};

// Pillow's precompute_coeffs and normalize_coeffs_8bpc, in its order of operations.
template <typename Filter>
void ComputeWeights(int in_size, int out_size, Range outputs, double filter_support, Filter filter,
                    AxisWeights& axis) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter_support * filter_scale;
  const double step = 1 / filter_scale;
  axis.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  axis.first.resize(outputs.count);
  axis.counts.resize(outputs.count);
  axis.weights.resize(static_cast<size_t>(outputs.count) * axis.taps);
  axis.exact.resize(axis.taps);
  double* const exact = axis.exact.data();
  for (int x = 0; x < outputs.count; ++x) {
    const double center = (outputs.begin + x + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(center - support + 0.5));
    const int count = std::min(in_size, static_cast<int>(center + support + 0.5)) - first;
    double sum = 0;
    for (int k = 0; k < count; ++k) {
      exact[k] = filter((k + first - center + 0.5) * step);
      sum += exact[k];
    }
    axis.first[x] = first;
    axis.counts[x] = count;
    int32_t* const weights = &axis.weights[static_cast<size_t>(x) * axis.taps];
    for (int k = 0; k < count; ++k) {
      const double weight = exact[k] / sum * (1 << kPrecisionBits);
      weights[k] = static_cast<int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
}

void ComputeWeights(int in_size, int out_size, Range outputs, config::Interpolation interpolation,
                    AxisWeights& axis) {
  if (interpolation == config::Interpolation::kBilinear) {
    ComputeWeights(in_size, out_size, outputs, 1.0, Bilinear, axis);
  } else {
    ComputeWeights(in_size, out_size, outputs, 2.0, Bicubic, axis);
  }
}

inline uint8_t ToByte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

template <int kChannels>
void HorizontalRow(const uint8_t* in, const AxisWeights& axis, int out_width, uint8_t* out) {
  for (int x = 0; x < out_width; ++x) {
    const int32_t* const weights = &axis.weights[static_cast<size_t>(x) * axis.taps];
    const uint8_t* const from = in + static_cast<int64_t>(axis.first[x]) * kChannels;
    int32_t sums[kChannels];
    for (int32_t& sum : sums) sum = 1 << (kPrecisionBits - 1);
    for (int k = 0; k < axis.counts[x]; ++k) {
      for (int c = 0; c < kChannels; ++c) sums[c] += from[k * kChannels + c] * weights[k];
    }
    for (int c = 0; c < kChannels; ++c) out[x * kChannels + c] = ToByte(sums[c]);
  }
}

void AddWeightedRow(const uint8_t* row, int32_t weight, int size, int32_t* sums) {
  for (int i = 0; i < size; ++i) sums[i] += row[i] * weight;
}

void StoreRow(const int32_t* sums, int size, uint8_t* out) {
  for (int i = 0; i < size; ++i) out[i] = ToByte(sums[i]);
}

ImageView HorizontalPass(const ImageView& source, int out_width, ResampleScratch& scratch) {
  const int channels = source.channels;
  const int64_t stride = static_cast<int64_t>(out_width) * channels;
  scratch.between.resize(stride * source.height);
  for (int y = 0; y < source.height; ++y) {
    uint8_t* const out = scratch.between.data() + y * stride;
    if (channels == 1) {
      HorizontalRow<1>(source.row(y), scratch.horizontal, out_width, out);
    } else {
      HorizontalRow<3>(source.row(y), scratch.horizontal, out_width, out);
    }
  }
  return {scratch.between.data(), out_width, source.height, channels, stride};
}

// `rows` begins at row `first_row` of the source.
void VerticalPass(const ImageView& rows, int first_row, ResampleScratch& scratch, Image& out) {
  const AxisWeights& axis = scratch.vertical;
  const int row_bytes = rows.width * rows.channels;
  scratch.sums.resize(row_bytes);
  for (int y = 0; y < out.height; ++y) {
    std::fill(scratch.sums.begin(), scratch.sums.end(), 1 << (kPrecisionBits - 1));
    for (int k = 0; k < axis.counts[y]; ++k) {
      AddWeightedRow(rows.row(axis.first[y] - first_row + k),
                     axis.weights[static_cast<size_t>(y) * axis.taps + k], row_bytes,
                     scratch.sums.data());
    }
    StoreRow(scratch.sums.data(), row_bytes, out.row(y));
  }
}

}  // namespace

void Resample(const ImageView& source, Size size, const Region& window,
              config::Interpolation interpolation, ResampleScratch& scratch, Image& out) {
  out.Resize(window.width, window.height, source.channels);
  const bool vertical = size.height != source.height;
  int first_row = window.top, row_count = window.height;
  if (vertical) {
    const AxisWeights& axis = scratch.vertical;
    ComputeWeights(source.height, size.height, {window.top, window.height}, interpolation,
                   scratch.vertical);
    first_row = axis.first.front();
    row_count = axis.first.back() + axis.counts.back() - first_row;
  }
  ImageView rows;
  if (size.width != source.width) {
    ComputeWeights(source.width, size.width, {window.left, window.width}, interpolation,
                   scratch.horizontal);
    rows =
        HorizontalPass(source.Crop({0, first_row, source.width, row_count}), window.width, scratch);
  } else {
    rows = source.Crop({window.left, first_row, window.width, row_count});
  }
  if (vertical) {
    VerticalPass(rows, first_row, scratch, out);
    return;
  }
  for (int y = 0; y < out.height; ++y) {
    std::copy_n(rows.row(y), out.width * out.channels, out.row(y));
  }
}

}  // namespace nepa::data
