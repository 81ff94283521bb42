#include "worker/train/checkpoint/checkpoint.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "worker/train/model/config_json.h"
#include "worker/train/model/model_folder.h"

namespace nepa::checkpoint {
namespace {

constexpr size_t kMaxTrainerFileBytes = 1 << 20;

}  // namespace

absl::StatusOr<Committed> Write(const std::string& checkpoints_folder, const Content& content,
                                const std::function<absl::Status()>& before_commit) {
  NEPA_ASSIGN_OR_RETURN(
      PendingFolder pending,
      PendingFolder::Open(checkpoints_folder, content.state.step, content.state.attempt));
  const auto path = [&](const char* name) { return absl::StrCat(pending.path(), "/", name); };
  NEPA_RETURN_IF_ERROR(
      io::WriteFileAtomically(path(model::kConfigFile), model::ToConfigJson(content.config)));
  NEPA_RETURN_IF_ERROR(model::WriteSafetensors(path(model::kWeightsFile), content.weights));
  if (!content.ema.empty()) {
    NEPA_RETURN_IF_ERROR(model::WriteSafetensors(path(model::kEmaFile), content.ema));
  }
  NEPA_RETURN_IF_ERROR(model::WriteSafetensors(path(kOptimizerFile), content.optimizer));
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(path(kTrainerFile), Encode(content.state)));
  if (before_commit != nullptr) NEPA_RETURN_IF_ERROR(before_commit());
  return pending.Commit();
}

absl::StatusOr<Loaded> Load(const std::string& folder) {
  NEPA_ASSIGN_OR_RETURN(const manifest::Manifest manifest, Verify(folder));
  return LoadVerified(folder, manifest);
}

absl::StatusOr<manifest::Manifest> Verify(const std::string& folder) {
  return manifest::Verify(folder);
}

absl::StatusOr<Loaded> LoadVerified(const std::string& folder, const manifest::Manifest& manifest) {
  const auto path = [&](const char* name) { return absl::StrCat(folder, "/", name); };
  for (const char* name : {model::kConfigFile, model::kWeightsFile, kOptimizerFile, kTrainerFile}) {
    if (!manifest.files.contains(name)) {
      return absl::DataLossError(
          absl::StrCat(folder, " is no complete checkpoint: it has no ", name));
    }
  }
  Loaded loaded;
  NEPA_ASSIGN_OR_RETURN(loaded.config, model::ReadModelConfig(folder));
  NEPA_ASSIGN_OR_RETURN(loaded.weights, model::ReadSafetensors(path(model::kWeightsFile)));
  if (manifest.files.contains(model::kEmaFile)) {
    NEPA_ASSIGN_OR_RETURN(loaded.ema, model::ReadSafetensors(path(model::kEmaFile)));
  }
  NEPA_ASSIGN_OR_RETURN(loaded.optimizer, model::ReadSafetensors(path(kOptimizerFile)));
  NEPA_ASSIGN_OR_RETURN(const std::string text,
                        io::ReadFile(path(kTrainerFile), kMaxTrainerFileBytes));
  absl::StatusOr<TrainerState> state = DecodeTrainerState(text);
  if (!state.ok()) return Annotate(state.status(), path(kTrainerFile));
  if (state->step != manifest.step) {
    return absl::DataLossError(absl::StrCat(path(kTrainerFile), " is of step ", state->step,
                                            ", its manifest of step ", manifest.step));
  }
  loaded.state = *std::move(state);
  return loaded;
}

}  // namespace nepa::checkpoint
