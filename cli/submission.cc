#include "cli/submission.h"

#include <pwd.h>
#include <unistd.h>

#include "common/rpc/time.h"

namespace nepa::cli {

std::string UserName(const Environment& env) {
  if (const passwd* const entry = ::getpwuid(::getuid()); entry != nullptr) return entry->pw_name;
  return env.variable("USER").value_or("");
}

v1::SubmitJobRequest Submission(const JobSource& source, const Environment& env, bool dry_run) {
  v1::SubmitJobRequest request;
  request.set_text(source.text.text);
  request.set_file(source.text.file);
  request.set_folder(source.text.folder);
  for (const std::string& override : source.text.overrides) request.add_overrides(override);
  request.set_user(UserName(env));
  request.set_dry_run(dry_run);
  if (env.began.has_value()) *request.mutable_client_began_at() = rpc::ToMessage(*env.began);
  return request;
}

}  // namespace nepa::cli
