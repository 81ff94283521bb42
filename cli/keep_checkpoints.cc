// nepactl checkpoints pin | unpin | delete
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/checkpoints.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// "c42 of job j17, step 1,200".
std::string Title(const v1::Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.id(), " of job ", checkpoint.job(), ", step ",
                      CountText(checkpoint.step()));
}

absl::StatusOr<int> Pin(Context& context, const std::string& id, bool pinned) {
  NEPA_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint,
                        context.client().PinCheckpoint(id, pinned));
  if (context.json()) {
    context.PrintJson(CheckpointJson(checkpoint));
  } else {
    context.Print(absl::StrCat(
        Title(checkpoint), pinned ? ", is kept until it is unpinned\n" : ", is pinned no more\n"));
  }
  return kExitDone;
}

absl::StatusOr<int> Delete(Context& context, const std::string& id) {
  // Asked first, so that the answer names what was removed.
  NEPA_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, context.client().GetCheckpoint(id));
  NEPA_RETURN_IF_ERROR(context.client().DeleteCheckpoint(id));
  if (context.json()) {
    context.PrintJson(CheckpointJson(checkpoint));
  } else {
    context.Print(absl::StrCat(Title(checkpoint), ", deleted: ", BytesText(checkpoint.bytes()),
                               " will be free\n"));
  }
  return kExitDone;
}

}  // namespace

void AddCheckpointsKeeping(CommandLine& line, CLI::App* group) {
  const auto id = std::make_shared<std::string>();
  AddCheckpointArgument(
      line.Add(group, "pin", "Keep a checkpoint, whatever checkpoint.keep of its job file says",
               "  nepactl checkpoints pin c42",
               [id](Context& context) { return Pin(context, *id, /*pinned=*/true); }),
      id.get());
  AddCheckpointArgument(
      line.Add(
          group, "unpin", "Take the mark of a pinned checkpoint away",
          "  nepactl checkpoints unpin c42\n\n"
          "While its job runs, the next checkpoint decides by checkpoint.keep whether this one\n"
          "stays; of a job that has ended it stays until it is deleted.",
          [id](Context& context) { return Pin(context, *id, /*pinned=*/false); }),
      id.get());
  AddCheckpointArgument(
      line.Add(
          group, "delete", "Remove a checkpoint with its folder",
          "  nepactl checkpoints delete c42\n\n"
          "Refused for one that is pinned, that its own job would go on from, or that another\n"
          "job starts from.",
          [id](Context& context) { return Delete(context, *id); }),
      id.get());
}

}  // namespace nepa::cli
