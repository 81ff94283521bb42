#include "worker/train/loop/misfits.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/config/job_defaults.h"
#include "common/config/model_presets.h"
#include "worker/train/data/transform.h"

namespace nepa::loop {
namespace {

// Whether the job file decides about this field of the model's config.json.
bool Decides(const config::ModelChoice& choice, const std::string& field) {
  const std::vector<std::string>& names = choice.overrides;
  return choice.from.empty() || std::find(names.begin(), names.end(), field) != names.end();
}

// Faults that the job's overrides bring into a model from elsewhere. What its own config.json takes
// lightly, as the public implementation does, is none of theirs.
void CheckOverrides(const config::ModelChoice& choice, const config::ModelConfig& model,
                    std::vector<Misfit>& misfits) {
  static const auto& partners =
      *new std::map<std::string, std::string>{{"patch_size", "image_size"},
                                              {"qk_norm_affine", "qk_norm"},
                                              {"qk_norm_bias", "qk_norm_affine"}};
  if (choice.from.empty()) return;  // held to the rules when the file was read
  for (const config::ModelFault& fault : config::ModelFaults(model)) {
    const auto partner = partners.find(fault.field);
    std::string field = fault.field;
    if (!Decides(choice, field) && partner != partners.end()) field = partner->second;
    if (!Decides(choice, field)) continue;
    misfits.push_back(
        {absl::StrCat("model.", field), absl::StrCat(fault.message, " (with ", choice.from, ")")});
  }
}

void CheckRecipe(const config::JobFile& job, const config::ModelConfig& model,
                 std::vector<Misfit>& misfits) {
  const config::Recipe fitting = config::RecipeForWidth(model.hidden_size);
  if (job.spec.model.from.empty() || fitting == job.spec.recipe || config::SaysRecipe(job)) return;
  const bool large = fitting == config::Recipe::kLarge;
  const char* const wanted = large ? "large" : "base";
  const char* const taken = large ? "base" : "large";
  misfits.push_back({"recipe", absl::StrCat("is not given, so the defaults are those of ", taken,
                                            ", but the model in ", job.spec.model.from, " is ",
                                            model.hidden_size, " wide; write recipe: ", wanted,
                                            ", or recipe: ", taken, " if that is meant")});
}

// A checkpoint only continues the run that it was taken of.
class SameRun {
 public:
  explicit SameRun(std::vector<Misfit>& misfits) : misfits_(misfits) {}

  template <typename Value>
  bool Compare(const char* field, const std::string& what, const Value& then, const Value& now) {
    if (then == now) return true;
    misfits_.push_back({field, absl::StrCat("the checkpoint to resume from was trained with ", what,
                                            " ", then, ", now it is ", now,
                                            "; restore it, or submit a new job with model.from")});
    return false;
  }

 private:
  std::vector<Misfit>& misfits_;
};

void CheckSameModel(const config::JobSpec& spec, const config::ModelConfig& model,
                    const data::Dataset& train, std::vector<Misfit>& misfits) {
  SameRun run(misfits);
  const config::ModelConfig& given = spec.model.config;
  for (const auto& [name, then, now] :
       {std::tuple("image_size", model.image_size, given.image_size),
        std::tuple("num_channels", model.num_channels, given.num_channels)}) {
    if (Decides(spec.model, name)) {
      run.Compare(absl::StrCat("model.", name).c_str(), name, then, now);
    }
  }
  if (spec.kind != config::Kind::kFinetune) return;
  if (!run.Compare("data.train.path", "a count of classes of",
                   static_cast<int64_t>(model.labels.size()), train.class_count())) {
    return;
  }
  const std::vector<std::string>& classes =
      given.labels.empty() ? train.class_names() : given.labels;
  const char* const field = given.labels.empty() ? "data.train.path" : "model.id2label";
  for (size_t i = 0; i < std::min(classes.size(), model.labels.size()); ++i) {
    // One class too many moves all that follow; the first tells enough.
    if (!run.Compare(field, absl::StrCat("class ", i, " called"), model.labels[i], classes[i])) {
      return;
    }
  }
}

}  // namespace

std::vector<Misfit> Misfits(const config::JobFile& job, const config::ModelConfig& model,
                            Origin origin, const data::Dataset& train) {
  std::vector<Misfit> misfits;
  const absl::Status channels = data::CheckChannels(model.num_channels);
  if (!channels.ok()) misfits.push_back({"model.num_channels", std::string(channels.message())});
  CheckOverrides(job.spec.model, model, misfits);
  if (origin == Origin::kFresh) {
    CheckRecipe(job, model, misfits);
  } else {
    CheckSameModel(job.spec, model, train, misfits);
  }
  return misfits;
}

}  // namespace nepa::loop
