// Rows of `model`: where the network comes from, and the fields of its config.json.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/config/job_fields.h"
#include "common/config/model_presets.h"

namespace nepa::config {
namespace {

std::string IdleWithFrom(const JobSpec& spec) {
  return spec.model.from.empty() ? "" : "comes from model.from; leave it out";
}

std::string IdleWithoutFrom(const JobSpec& spec) {
  return spec.model.from.empty() ? "only with model.from" : "";
}

template <typename T, typename Member>
Field Config(const std::string& name, Form<T> form, Member member, std::string doc) {
  Field field = MakeField("model." + name, std::move(form), member, std::move(doc));
  field.of_config = true;
  return field;
}

// A field that the tensors of a model folder settle.
template <typename T, typename Member>
Field Shape(const std::string& name, Form<T> form, Member member, std::string doc) {
  Field field = Config(name, std::move(form), member, std::move(doc));
  SetIdle(field, "model.from", IdleWithFrom);
  return field;
}

// Null is a model whose sizes the file gives itself.
Form<std::string> PresetForm() {
  std::vector<std::pair<std::string, std::string>> words;
  for (const ModelPreset& preset : ModelPresets()) words.emplace_back(preset.name, preset.name);
  const Form<std::string> word = WordForm<std::string>(words);
  Form<std::string> form = word;
  form.schema["enum"].push_back(nullptr);
  form.read = [word](const Node& node, std::string& target) -> Verdict {
    if (!node.is_null()) return word.read(node, target);
    target.clear();
    return std::nullopt;
  };
  return form;
}

std::optional<std::string> FromProblem(const std::string& from) {
  absl::string_view rest = from;
  if (absl::ConsumePrefix(&rest, "job/")) {
    absl::ConsumeSuffix(&rest, "@best");
    if (rest.find('@') != absl::string_view::npos) {
      return absl::StrCat("found \"", from, "\"; after a job only @best may stand");
    }
    const bool id = rest.size() > 1 && rest[0] == 'j' &&
                    rest.find_first_not_of("0123456789", 1) == absl::string_view::npos;
    if (!id && !IsJobName(std::string(rest))) {
      return absl::StrCat("found \"", from, "\"; after job/ a job's name or id must stand");
    }
  } else if (absl::ConsumePrefix(&rest, "checkpoint/")) {
    if (!IsJobName(std::string(rest))) {
      return absl::StrCat("found \"", from, "\"; after checkpoint/ a checkpoint's id must stand");
    }
  }
  return std::nullopt;
}

void AddOrigin(std::vector<Field>& fields) {
  fields.push_back(MakeField("model.preset", PresetForm(), NEPA_MEMBER(model.preset),
                             "A named shape. The default is nepa-base-patch14-224, with `recipe: "
                             "large` nepa-large-patch14-224."));
  SetIdle(fields.back(), "model.from", [](const JobSpec& spec) {
    return spec.model.from.empty() ? "" : "model.from is given too; name one of the two";
  });
  fields.push_back(MakeField(
      "model.from",
      Checked(OptionalTextForm("a model folder, job/NAME, job/NAME@best or checkpoint/ID, or null"),
              FromProblem),
      NEPA_MEMBER(model.from),
      "The model whose weights and shape training starts from: a Hugging Face folder, the latest "
      "or "
      "the best checkpoint of a job, or one checkpoint. Without it training starts from scratch."));
  fields.back().synonyms = {"init_from", "pretrained", "checkpoint", "weights"};
  fields.push_back(MakeField("model.ema", FlagForm(), NEPA_MEMBER(model.ema),
                             "Start from the EMA weights of `from`, not from the raw ones."));
  SetIdle(fields.back(), "model.from", IdleWithoutFrom);
  fields.push_back(MakeField("model.freeze_patch_embedding", FlagForm(),
                             NEPA_MEMBER(model.freeze_patch_embedding),
                             "The patch embedding does not train. The default is true for kind: "
                             "finetune with `from`."));
}

void AddSizes(std::vector<Field>& fields) {
  fields.push_back(Shape("hidden_size", WholeForm(4, kMostHiddenSize),
                         NEPA_MEMBER(model.config.hidden_size), "Width of a token."));
  fields.back().synonyms = {"width", "dim", "embed_dim"};
  fields.push_back(Shape("num_hidden_layers", WholeForm(1, kMostLayers),
                         NEPA_MEMBER(model.config.num_hidden_layers), "Number of blocks."));
  fields.back().synonyms = {"layers", "depth", "blocks"};
  fields.push_back(Shape("num_attention_heads", WholeForm(1, kMostHeads),
                         NEPA_MEMBER(model.config.num_attention_heads),
                         "Heads of an attention; hidden_size / heads must be a multiple of 4."));
  fields.back().synonyms = {"heads", "num_heads"};
  fields.push_back(
      Shape("intermediate_size", WholeForm(1, kMostIntermediateSize),
            NEPA_MEMBER(model.config.intermediate_size),
            "Width of the MLP. Where hidden_size is given and no preset is, the default "
            "is 4 × hidden_size."));
  fields.back().synonyms = {"mlp_size", "mlp_dim"};
  fields.push_back(
      Shape("use_gated_mlp", FlagForm(), NEPA_MEMBER(model.config.use_gated_mlp),
            "act(gate(x)) * up(x) instead of act(up(x)): SwiGLU with hidden_act: silu."));
  fields.push_back(
      Config("hidden_act",
             WordForm<Activation>({{"gelu", Activation::kGelu}, {"silu", Activation::kSilu}}),
             NEPA_MEMBER(model.config.hidden_act),
             "Activation of the MLP; gelu is the exact (erf) form."));
}

void AddNumerics(std::vector<Field>& fields) {
  const RealRange probability{.min = 0, .max = 1, .open_max = true};
  fields.push_back(Config("hidden_dropout_prob", ShareForm(probability),
                          NEPA_MEMBER(model.config.hidden_dropout_prob),
                          "Dropout after the embedding and in each block."));
  fields.push_back(Config("attention_probs_dropout_prob", ShareForm(probability),
                          NEPA_MEMBER(model.config.attention_probs_dropout_prob),
                          "Dropout of the attention weights."));
  fields.push_back(Config("initializer_range", RealForm({.min = 0, .max = 10}),
                          NEPA_MEMBER(model.config.initializer_range),
                          "Standard deviation of the first weights, normal, cut at ±2."));
  fields.push_back(Config("layer_norm_eps", RealForm({.min = 0, .max = 1, .open_min = true}),
                          NEPA_MEMBER(model.config.layer_norm_eps),
                          "Of every LayerNorm, those of q and k too."));
  fields.push_back(Config("rope_theta", RealForm({.min = 0, .max = 1e9, .open_min = true}),
                          NEPA_MEMBER(model.config.rope_theta),
                          "Base of the rotary embedding's frequencies."));
}

void AddImage(std::vector<Field>& fields) {
  fields.push_back(Config("image_size", WholeForm(1, kMostPixels),
                          NEPA_MEMBER(model.config.image_size),
                          "Side of an image in pixels; a multiple of patch_size."));
  fields.push_back(Shape("patch_size", WholeForm(1, kMostPixels),
                         NEPA_MEMBER(model.config.patch_size), "Side of a patch in pixels."));
  fields.push_back(Shape("num_channels", WholeForm(1, kMostChannels),
                         NEPA_MEMBER(model.config.num_channels),
                         "1 for grey images, 3 for colour."));
  fields.back().synonyms = {"channels", "in_channels"};
}

void AddOptions(std::vector<Field>& fields) {
  fields.push_back(Shape("qkv_bias", FlagForm(), NEPA_MEMBER(model.config.qkv_bias),
                         "Biases of the query, key and value projections."));
  fields.push_back(Config("qk_norm", FlagForm(), NEPA_MEMBER(model.config.qk_norm),
                          "LayerNorm over the head dimension of queries and keys."));
  fields.push_back(Config("qk_norm_affine", FlagForm(), NEPA_MEMBER(model.config.qk_norm_affine),
                          "These LayerNorms have weights; missing ones start at 1."));
  fields.push_back(Config("qk_norm_bias", FlagForm(), NEPA_MEMBER(model.config.qk_norm_bias),
                          "These LayerNorms have biases."));
  fields.push_back(Shape("layerscale_value",
                         OrNull(RealForm({.min = 0, .max = 10}), "no LayerScale"),
                         NEPA_MEMBER(model.config.layerscale_value), "Where LayerScale starts."));
  fields.push_back(Config("drop_path_prob", ShareForm({.min = 0, .max = 1, .open_max = true}),
                          NEPA_MEMBER(model.config.drop_path_prob),
                          "Stochastic depth of the last block; rises from 0 over the blocks."));
  fields.back().synonyms = {"drop_path", "drop_path_rate", "stochastic_depth"};
  fields.push_back(Config("add_pooling_layer", FlagForm(),
                          NEPA_MEMBER(model.config.add_pooling_layer),
                          "The classifier reads the mean of the patch tokens, normalised; else the "
                          "last token."));
  fields.push_back(Config("is_causal", FlagForm(), NEPA_MEMBER(model.config.is_causal),
                          "A token attends to itself and those before it only."));
  fields.back().synonyms = {"causal"};
  fields.push_back(Config("pos_embed_shift", OrNull(RealForm({.min = 0, .max = 10}), "none"),
                          NEPA_MEMBER(model.config.pos_embed_shift),
                          "Training: the patch coordinates move by up to this much."));
  fields.push_back(Config("pos_embed_jitter", OrNull(RealForm({.min = 1, .max = 100}), "none"),
                          NEPA_MEMBER(model.config.pos_embed_jitter),
                          "Training: each axis is scaled by 1/r to r, log-uniform."));
  fields.push_back(Config("pos_embed_rescale", OrNull(RealForm({.min = 1, .max = 100}), "none"),
                          NEPA_MEMBER(model.config.pos_embed_rescale),
                          "Training: all coordinates are scaled by 1/r to r, log-uniform."));
  fields.push_back(Config("id2label", ClassNamesForm(), NEPA_MEMBER(model.config.labels),
                          "Names of the classes. Null: as many as the training data has, named by "
                          "it."));
  fields.back().synonyms = {"labels", "label2id", "classes", "num_labels"};
}

}  // namespace

void AddModelFields(std::vector<Field>& fields) {
  AddOrigin(fields);
  AddSizes(fields);
  AddNumerics(fields);
  AddImage(fields);
  AddOptions(fields);
}

}  // namespace nepa::config
