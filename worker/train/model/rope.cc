#include "worker/train/model/rope.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <cmath>
#include <numbers>

#include "worker/train/model/stateless_random.h"

namespace nepa::model {
namespace {

// coordinate' = (coordinate + shift) * scale, for the row (0) and the column (1).
struct Adjustment {
  double shift[2] = {0.0, 0.0};
  double scale[2] = {1.0, 1.0};
};

Adjustment DrawAdjustment(const config::ModelConfig& config, const ForwardRandomness& randomness,
                          int64_t group) {
  const uint64_t key =
      CombineKeys(CombineKeys(KeyOf("rope"), static_cast<uint64_t>(randomness.step)),
                  static_cast<uint64_t>(group));
  // Uniform in [-1, 1): each purpose has a fixed index, so that options don't move each other.
  const auto draw = [&](uint64_t index) {
    return 2.0 * UniformAt(randomness.seed, key, index) - 1.0;
  };
  Adjustment adjustment;
  for (int axis = 0; axis < 2; ++axis) {
    if (config.pos_embed_shift) adjustment.shift[axis] = draw(axis) * *config.pos_embed_shift;
    if (config.pos_embed_jitter) {
      adjustment.scale[axis] *= std::exp(draw(2 + axis) * std::log(*config.pos_embed_jitter));
    }
    if (config.pos_embed_rescale) {
      adjustment.scale[axis] *= std::exp(draw(4) * std::log(*config.pos_embed_rescale));
    }
  }
  return adjustment;
}

void FillTable(const config::ModelConfig& config, int64_t rows, int64_t columns,
               const Adjustment& adjustment, float* cosines, float* sines) {
  const int64_t quarter = config.head_dim() / 4;
  std::vector<float> frequencies(static_cast<size_t>(quarter));
  for (int64_t j = 0; j < quarter; ++j) {
    frequencies[static_cast<size_t>(j)] = static_cast<float>(
        std::pow(config.rope_theta, -4.0 * static_cast<double>(j) / config.head_dim()));
  }
  for (int64_t i = 0; i < rows * columns; ++i) {
    const double place[2] = {(static_cast<double>(i / columns) + 0.5) / rows,
                             (static_cast<double>(i % columns) + 0.5) / columns};
    for (int axis = 0; axis < 2; ++axis) {
      const double coordinate =
          (2.0 * place[axis] - 1.0 + adjustment.shift[axis]) * adjustment.scale[axis];
      for (const float frequency : frequencies) {
        const double angle = 2.0 * std::numbers::pi * coordinate * frequency;
        *cosines++ = static_cast<float>(std::cos(angle));
        *sines++ = static_cast<float>(std::sin(angle));
      }
    }
  }
}

}  // namespace

RopeTables MakeRopeTables(const config::ModelConfig& config, int64_t images, int64_t rows,
                          int64_t columns, const std::optional<ForwardRandomness>& randomness) {
  RopeTables tables;
  const bool augmented =
      randomness && (config.pos_embed_shift || config.pos_embed_jitter || config.pos_embed_rescale);
  int64_t first_group = 0;
  int64_t groups = 1;
  if (augmented) {
    first_group = randomness->first_position / randomness->rope_group;
    groups = (randomness->first_position + images - 1) / randomness->rope_group - first_group + 1;
  }
  for (int64_t b = 0; b < images; ++b) {
    tables.group_of_image.push_back(
        augmented ? (randomness->first_position + b) / randomness->rope_group - first_group : 0);
  }
  const int64_t width = rows * columns * config.head_dim() / 2;
  tables.cosines_GNE = at::empty({groups, rows * columns, config.head_dim() / 2}, at::kFloat);
  tables.sines_GNE = at::empty_like(tables.cosines_GNE);
  for (int64_t g = 0; g < groups; ++g) {
    const Adjustment adjustment =
        augmented ? DrawAdjustment(config, *randomness, first_group + g) : Adjustment{};
    FillTable(config, rows, columns, adjustment, tables.cosines_GNE.data_ptr<float>() + g * width,
              tables.sines_GNE.data_ptr<float>() + g * width);
  }
  return tables;
}

}  // namespace nepa::model
