// nepactl checkpoints export
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/checkpoints.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "cli/model_folder.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct ExportFlags {
  std::string id;
  std::string folder;
  bool ema = false;
};

absl::StatusOr<int> Export(Context& context, const ExportFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, context.client().GetCheckpoint(flags.id));
  NEPA_ASSIGN_OR_RETURN(const ExportedFolder exported,
                        ExportModelFolder(context.client(), checkpoint, flags.folder, flags.ema));
  if (context.json()) {
    context.PrintJson({{"id", checkpoint.id()},
                       {"folder", exported.folder},
                       {"bytes", exported.bytes},
                       {"files", exported.files},
                       {"ema", flags.ema}});
  } else {
    context.Print(absl::StrCat(checkpoint.id(), " of job ", checkpoint.job(), ", step ",
                               CountText(checkpoint.step()), ", exported to ", exported.folder,
                               " (", BytesText(exported.bytes), ")\n"));
  }
  return kExitDone;
}

}  // namespace

void AddCheckpointsExport(CommandLine& line, CLI::App* group) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* const command = line.Add(
      group, "export",
      "Make DIR a Hugging Face model folder out of a checkpoint: config.json, model.safetensors, "
      "and the EMA weights as model_ema.safetensors",
      "  nepactl checkpoints export c42 models/fashion\n"
      "  nepactl checkpoints export c42 models/fashion --ema      EMA as model.safetensors",
      [flags](Context& context) { return Export(context, *flags); });
  AddCheckpointArgument(command, &flags->id);
  command->add_option("DIR", flags->folder, "A new or empty folder")->required()->type_name("");
  command->add_flag("--ema", flags->ema,
                    "Swap the two weight files: model.safetensors holds the EMA weights");
}

}  // namespace nepa::cli
