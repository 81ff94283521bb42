// The shape and options of a NEPA Vision Transformer, as `config.json` of a model folder and the
// `model` mapping of a job file spell them (same names in both).
#ifndef NEPA_COMMON_CONFIG_MODEL_CONFIG_H_
#define NEPA_COMMON_CONFIG_MODEL_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nepa::config {

enum class Activation { kGelu, kSilu };

// Plain values; ModelFaults() in model_presets.h says whether they make sense together.
struct ModelConfig {
  int64_t hidden_size = 768;                  // D
  int64_t num_hidden_layers = 12;             // L
  int64_t num_attention_heads = 12;           // H; the head dimension D / H must be a multiple of 4
  int64_t intermediate_size = 3072;           // F, width of the MLP
  bool use_gated_mlp = false;                 // act(gate(x)) * up(x) instead of act(up(x))
  Activation hidden_act = Activation::kGelu;  // kGelu is the exact (erf) form
  double hidden_dropout_prob = 0.0;
  double attention_probs_dropout_prob = 0.0;
  double initializer_range = 0.02;
  double layer_norm_eps = 1e-12;  // every LayerNorm, QK-Norm too
  double rope_theta = 100.0;
  int64_t image_size = 224;  // pixels of a side
  int64_t patch_size = 14;   // pixels of a side; divides image_size
  int64_t num_channels = 3;
  bool qkv_bias = true;
  bool qk_norm = true;
  bool qk_norm_affine = false;
  bool qk_norm_bias = false;
  std::optional<double> layerscale_value = 1e-5;  // none: no LayerScale
  double drop_path_prob = 0.0;                    // of the last block; rises linearly from 0
  bool add_pooling_layer = true;                  // classifier reads the mean of the patch tokens
  bool is_causal = true;
  std::optional<double> pos_embed_shift;
  std::optional<double> pos_embed_jitter;
  std::optional<double> pos_embed_rescale = 2.0;
  std::vector<std::string> labels;  // class names in order of their index; empty: no classifier

  int64_t head_dim() const { return hidden_size / num_attention_heads; }
  int64_t patches_per_side() const { return image_size / patch_size; }
  int64_t patch_count() const { return patches_per_side() * patches_per_side(); }  // N
  int64_t token_count() const { return patch_count() + 1; }                        // T

  bool operator==(const ModelConfig&) const = default;
};

// The widest shape that is accepted; ModelFaults() holds them.
inline constexpr int64_t kMostHiddenSize = 65536;
inline constexpr int64_t kMostLayers = 1024;
inline constexpr int64_t kMostHeads = 4096;
inline constexpr int64_t kMostIntermediateSize = 1 << 20;
inline constexpr int64_t kMostChannels = 64;
inline constexpr int64_t kMostPixels = 16384;  // of a side
inline constexpr int64_t kMostPatches = 65536;

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_MODEL_CONFIG_H_
