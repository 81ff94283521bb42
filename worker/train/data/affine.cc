#include "worker/train/data/affine.h"

#include <algorithm>
#include <cmath>

namespace nepa::data {
namespace {

// Python's round(value, 15).
double Round15(double value) { return std::nearbyint(value * 1e15) / 1e15; }

double Cubic(double v1, double v2, double v3, double v4, double d) {
  const double p2 = -v1 + v3;
  const double p3 = 2 * (v1 - v2) + v3 - v4;
  const double p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

double Linear(double v1, double v2, double d) { return v1 + (v2 - v1) * d; }

uint8_t ToByte(double value) {
  if (value <= 0) return 0;
  return value >= 255 ? 255 : static_cast<uint8_t>(value);
}

// Samples around (x, y), which counts from pixel centres; beyond the edge stands the edge.
class Sampler4x4 {
 public:
  Sampler4x4(const ImageView& image, double x, double y) {
    const int column = static_cast<int>(std::floor(x));
    const int row = static_cast<int>(std::floor(y));
    dx_ = x - column;
    dy_ = y - row;
    for (int i = 0; i < 4; ++i) {
      columns_[i] = std::clamp(column - 1 + i, 0, image.width - 1) * image.channels;
      rows_[i] = image.row(std::clamp(row - 1 + i, 0, image.height - 1));
    }
  }

  double Bicubic(int channel) const {
    double v[4];
    for (int i = 0; i < 4; ++i) {
      const uint8_t* const row = rows_[i] + channel;
      v[i] = Cubic(row[columns_[0]], row[columns_[1]], row[columns_[2]], row[columns_[3]], dx_);
    }
    return Cubic(v[0], v[1], v[2], v[3], dy_);
  }

  double Bilinear(int channel) const {
    double v[2];
    for (int i = 0; i < 2; ++i) {
      const uint8_t* const row = rows_[i + 1] + channel;
      v[i] = Linear(row[columns_[1]], row[columns_[2]], dx_);
    }
    return Linear(v[0], v[1], dy_);
  }

 private:
  double dx_, dy_;
  int columns_[4];
  const uint8_t* rows_[4];
};

}  // namespace

Affine Rotation(double degrees, Size size) {
  const double angle = -degrees * 3.141592653589793 / 180;
  const double cosine = Round15(std::cos(angle)), sine = Round15(std::sin(angle));
  const double x = size.width / 2.0, y = size.height / 2.0;
  return {cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y};
}

void Transform(const Affine& affine, config::Interpolation interpolation, uint8_t fill,
               const ImageView& source, Image& out) {
  const int channels = source.channels;
  const bool bicubic = interpolation == config::Interpolation::kBicubic;
  out.Resize(source.width, source.height, channels);
  for (int row = 0; row < out.height; ++row) {
    uint8_t* pixel = out.row(row);
    for (int column = 0; column < out.width; ++column, pixel += channels) {
      const double x = affine.a * (column + 0.5) + affine.b * (row + 0.5) + affine.c;
      const double y = affine.d * (column + 0.5) + affine.e * (row + 0.5) + affine.f;
      if (x < 0 || x >= source.width || y < 0 || y >= source.height) {
        std::fill_n(pixel, channels, fill);
        continue;
      }
      const Sampler4x4 at(source, x - 0.5, y - 0.5);
      for (int c = 0; c < channels; ++c) {
        pixel[c] = ToByte(bicubic ? at.Bicubic(c) : at.Bilinear(c));
      }
    }
  }
}

}  // namespace nepa::data
