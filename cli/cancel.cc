// nepactl cancel
#include "cli/change_job.h"
#include "cli/commands.h"

namespace nepa::cli {

void AddCancel(CommandLine& line) {
  AddJobChange(line, "cancel", "End a job for good; its checkpoints stay", "  nepactl cancel j17",
               &Client::CancelJob);
}

}  // namespace nepa::cli
