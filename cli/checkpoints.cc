// nepactl checkpoints list | show | verify
#include "cli/checkpoints.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/checkpoint_text.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct ListFlags {
  std::string job;
  int64_t limit = 0;
};

absl::StatusOr<int> List(Context& context, const ListFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Checkpoint> checkpoints,
                        context.client().ListCheckpoints(flags.job, flags.limit));
  if (context.json()) {
    Json list = Json::array();
    for (const v1::Checkpoint& checkpoint : checkpoints) list.push_back(CheckpointJson(checkpoint));
    context.PrintJson(list);
  } else if (checkpoints.empty()) {
    context.Note("No checkpoints yet.");
  } else {
    context.Print(CheckpointTable(checkpoints, context.now()));
  }
  return kExitDone;
}

absl::StatusOr<int> Show(Context& context, const std::string& id) {
  NEPA_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, context.client().GetCheckpoint(id));
  if (context.json()) {
    context.PrintJson(CheckpointJson(checkpoint));
  } else {
    context.Print(CheckpointFields(checkpoint, context.now()));
  }
  return kExitDone;
}

absl::StatusOr<int> Verify(Context& context, const std::string& id) {
  NEPA_ASSIGN_OR_RETURN(const v1::VerifyCheckpointResponse answer,
                        context.client().VerifyCheckpoint(id));
  const bool sound = answer.faults().empty();
  if (context.json()) {
    Json json = CheckpointJson(answer.checkpoint());
    json["faults"] = std::vector<std::string>(answer.faults().begin(), answer.faults().end());
    context.PrintJson(json);
  } else if (sound) {
    context.Print(absl::StrCat(id, " is sound: every file is as it was written\n"));
  } else {
    for (const std::string& fault : answer.faults()) {
      context.Print(absl::StrCat(id, ": ", fault, "\n"));
    }
    context.Note(absl::StrCat(id, " is corrupt and will not be used any more"));
  }
  return sound ? kExitDone : kExitJobFailed;
}

}  // namespace

void AddCheckpointArgument(CLI::App* command, std::string* id) {
  command->add_option("ID", *id, "Id of a checkpoint")->required()->type_name("");
}

void AddCheckpoints(CommandLine& line) {
  CLI::App* const group = line.AddGroup("checkpoints", "What jobs have saved",
                                        "  nepactl checkpoints list --job fashion-pretrain\n"
                                        "  nepactl checkpoints export c42 models/fashion");
  const auto flags = std::make_shared<ListFlags>();
  CLI::App* const list = line.Add(group, "list", "Print all checkpoints, the newest last",
                                  "  nepactl checkpoints list --job fashion-pretrain\n"
                                  "  nepactl checkpoints list -o json | jq -r '.[-1].path'",
                                  [flags](Context& context) { return List(context, *flags); });
  list->add_option("--job", flags->job, "Only those of this job, by id or name")->type_name("JOB");
  list->add_option("--limit", flags->limit, "Only the last N")->check(IsCount())->type_name("N");

  const auto id = std::make_shared<std::string>();
  AddCheckpointArgument(line.Add(group, "show", "Print all that is known of a checkpoint",
                                 "  nepactl checkpoints show c42",
                                 [id](Context& context) { return Show(context, *id); }),
                        id.get());
  AddCheckpointArgument(
      line.Add(group, "verify",
               "Read every file of a checkpoint again and compare it with the manifest",
               "  nepactl checkpoints verify c42       exit code 1: a file is missing or changed",
               [id](Context& context) { return Verify(context, *id); }),
      id.get());
  AddCheckpointsKeeping(line, group);
  AddCheckpointsExport(line, group);
}

}  // namespace nepa::cli
