// nepactl schema
#include <memory>

#include "cli/commands.h"
#include "cli/failure.h"
#include "common/config/job_reference.h"
#include "common/config/job_schema.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Schema(Context& context, bool markdown) {
  context.Print(markdown ? config::JobReferenceMarkdown() : config::JobSchemaText());
  return kExitDone;
}

}  // namespace

void AddSchema(CommandLine& line) {
  const auto markdown = std::make_shared<bool>(false);
  CLI::App* const command =
      line.Add("schema", "Print the JSON Schema of a job file, for editors that complete and check",
               "  nepactl schema > job.schema.json\n"
               "      and as the first line of a job file:\n"
               "      # yaml-language-server: $schema=job.schema.json\n"
               "  nepactl schema --markdown      the same as a page to read",
               [markdown](Context& context) { return Schema(context, *markdown); });
  command->add_flag("--markdown", *markdown, "Print the reference of all fields as Markdown");
}

}  // namespace nepa::cli
