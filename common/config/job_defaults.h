// The recipes of the paper (arXiv 2512.16922) as defaults of a job file.
//
// Pretraining of the base model is what a default-made JobSpec holds; this adds what fine-tuning
// and the large model do otherwise.
#ifndef NEPA_COMMON_CONFIG_JOB_DEFAULTS_H_
#define NEPA_COMMON_CONFIG_JOB_DEFAULTS_H_

#include "common/config/job_spec.h"

namespace nepa::config {

// What decides about the defaults of the other fields.
struct DefaultsFor {
  Kind kind = Kind::kPretrain;
  Recipe recipe = Recipe::kBase;
  std::string preset;  // "" or unknown: that of the recipe
  bool from = false;   // the model comes from model.from, not from a preset
};

JobSpec DefaultJobSpec(const DefaultsFor& what);

// data.eval, once it is given.
DataSource DefaultEvaluationData();

// The recipe that a model of this width follows.
inline constexpr int64_t kLargeHiddenSize = 1024;
Recipe RecipeForWidth(int64_t hidden_size);

// Whether the file or a --set says `recipe`: where the model comes from elsewhere, its width is not
// known when the defaults are chosen, and whoever opens it must ask for the recipe that fits.
bool SaysRecipe(const JobFile& job);

// Names of the fields of `model` that the recipe sets over a source's config.json.
std::vector<std::string> RecipeOverrides(Kind kind);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_DEFAULTS_H_
