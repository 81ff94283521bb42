#include "cli/job_source.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "common/base/status.h"
#include "common/io/absolute_path.h"
#include "common/io/file.h"

namespace nepa::cli {
namespace {

v1::JobFileFault ToMessage(const config::Fault& fault) {
  v1::JobFileFault message;
  message.set_file(fault.file);
  message.set_line(fault.position.line);
  message.set_column(fault.position.column);
  message.set_field(fault.field);
  message.set_message(fault.message);
  return message;
}

}  // namespace

void AddJobFileFlags(CLI::App* command, JobFileFlags* flags) {
  command->add_option("FILE", flags->file, "A job file (YAML)")->required()->type_name("");
  // One value for each --set: a word after it is not another.
  command
      ->add_option("--set", flags->overrides,
                   "Set a field by its dotted path, the value read as YAML; may be repeated")
      ->type_name("KEY=VALUE")
      ->type_size(1)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

absl::StatusOr<JobSource> ReadJobSource(const JobFileFlags& flags) {
  JobSource source;
  source.text.file = flags.file;
  source.text.overrides = flags.overrides;
  absl::StatusOr<std::string> text = io::ReadFile(flags.file, config::kMaxJobFileBytes);
  if (!text.ok()) {
    return LocalFailure(Annotate(text.status(), "the job file"),
                        "name a YAML file that says what to train (docs/job-file.md)");
  }
  source.text.text = *std::move(text);
  const absl::StatusOr<std::string> path = io::AbsolutePath(flags.file);
  if (!path.ok()) return LocalFailure(path.status());
  source.text.folder = std::filesystem::path(*path).parent_path().string();

  config::JobFileResult result = config::ReadJobFile(source.text);
  if (!result.job.has_value()) {
    std::vector<v1::JobFileFault> faults;
    for (const config::Fault& fault : result.faults) faults.push_back(ToMessage(fault));
    return RefusedFile(faults);
  }
  source.job = *std::move(result.job);
  return source;
}

}  // namespace nepa::cli
